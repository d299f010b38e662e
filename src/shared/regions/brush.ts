/** Coverage of a round brush by the distance from its centre, in output pixels. */

/**
 * Returns the coverage 0..1 at distance `d` from the centre of a brush of radius `r`: 1 up to
 * `hardness` × r, then falling smoothly to 0 at r. The fall takes at least one pixel
 * (antialiasing). A brush thinner than a pixel covers by area, so strokes keep their weight in a
 * small view.
 */
export function brushCoverage(d: number, r: number, hardness: number): number {
  if (r < 0.5) return d >= 1 ? 0 : 2 * r * (1 - d);
  const inner = hardness * r;
  const band = r - inner;
  if (band < 1) return Math.min(1, Math.max(0, (inner + r + 1) / 2 - d));
  if (d <= inner) return 1;
  if (d >= r) return 0;
  const t = (r - d) / band;
  return t * t * (3 - 2 * t);
}

/** Returns the distance from which on coverage is 0. */
export function brushReach(r: number): number {
  return r === 0 ? 0 : Math.max(1, r + 0.5);
}

/** Returns the distance up to which coverage is 1; negative if it is nowhere. */
export function brushCore(r: number, hardness: number): number {
  const inner = hardness * r;
  if (r < 0.5) return -1;
  return r - inner < 1 ? (inner + r - 1) / 2 : inner;
}
