/** The round brush: how much a point at some distance from its centre is covered. All in output pixels. */

/**
 * Coverage 0..1 at distance `d` from the centre of a brush of radius `r`: full up to `hardness` × r, then falling smoothly
 * to nothing at r. The fall is never shorter than one pixel (antialiasing), and a brush thinner than a pixel covers what its
 * line's area is, so that strokes stay visible and true when the photo is shown small.
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

/** Nothing is covered from this distance on. */
export function brushReach(r: number): number {
  return r === 0 ? 0 : Math.max(1, r + 0.5);
}

/** Everything is covered up to this distance; negative: nowhere. */
export function brushCore(r: number, hardness: number): number {
  const inner = hardness * r;
  if (r < 0.5) return -1;
  return r - inner < 1 ? (inner + r - 1) / 2 : inner;
}
