/** Scale of the blur map: the colour of a stroke tells the length of the blur. */

/** Shortest and longest length in pixels that have a colour of their own. */
export const BLUR_SCALE = { from: 2, to: 160 } as const;

type Colour = readonly [red: number, green: number, blue: number];

/** Evenly spaced samples of matplotlib's "viridis" (CC0), from its blue to its yellow. */
const COLOURS: readonly Colour[] = [
  [59, 82, 139],
  [44, 114, 142],
  [33, 145, 140],
  [40, 174, 128],
  [94, 201, 98],
  [173, 220, 48],
  [253, 231, 37],
];

/** Returns the place of a length on the logarithmic scale, 0..1. */
export function blurPlace(length: number): number {
  const { from, to } = BLUR_SCALE;
  return Math.min(1, Math.max(0, Math.log(length / from) / Math.log(to / from)));
}

/** Returns the colour of a place 0..1 on the scale. */
export function blurColour(place: number): Colour {
  const at = place * (COLOURS.length - 1);
  const first = Math.min(COLOURS.length - 2, Math.floor(at));
  const share = at - first;
  const [a, b] = [COLOURS[first]!, COLOURS[first + 1]!];
  const mix = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
  return [mix(0), mix(1), mix(2)];
}
