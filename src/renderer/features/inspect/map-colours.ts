/**
 * Colours of the maps. Ordered values run from black over red to pale yellow with rising lightness,
 * readable without distinguishing hues. They are data and the same in every theme.
 */
import type { MapKind } from '../../editor/view.svelte.js';

type Colour = readonly [red: number, green: number, blue: number];

/** Evenly spaced samples of matplotlib's "inferno" (CC0). */
const HEAT: readonly Colour[] = [
  [0, 0, 4],
  [40, 11, 84],
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];

/** Returns the colour of a value 0..1. */
export function heat(value: number): Colour {
  const place = Math.min(1, Math.max(0, value)) * (HEAT.length - 1);
  const first = Math.min(HEAT.length - 2, Math.floor(place));
  const share = place - first;
  const [a, b] = [HEAT[first]!, HEAT[first + 1]!];
  const mix = (i: 0 | 1 | 2): number => Math.round(a[i] + (b[i] - a[i]) * share);
  return [mix(0), mix(1), mix(2)];
}

/**
 * Returns the colour of an offset, in shares of the longest one: red = right, green = down, as in
 * the engine's maps.
 */
export function offsetColour(dx: number, dy: number): Colour {
  return [Math.round(128 + 127 * dx), Math.round(128 + 127 * dy), 128];
}

/** Returns whether greys are shown as heat; samples stay black and white. */
export function isHeat(kind: MapKind): boolean {
  return kind === 'difficulty' || kind === 'attention';
}

/** Colours a map and closes the given picture. */
export async function colourMap(kind: MapKind, picture: ImageBitmap): Promise<ImageBitmap> {
  if (!isHeat(kind)) return picture;
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) return picture;
  context.drawImage(picture, 0, 0);
  picture.close();
  const pixels = context.getImageData(0, 0, width, height);
  const { data } = pixels;
  const table = Array.from({ length: 256 }, (_, value) => heat(value / 255));
  for (let at = 0; at < data.length; at += 4) data.set(table[data[at]!]!, at);
  return createImageBitmap(pixels);
}
