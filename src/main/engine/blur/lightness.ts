/** Extracts the lightness of patches: 8-bit levels, encoded as in the photo. */
import { encodeSrgb, whiteOf } from '../../imaging/index.js';
import { reflectTable, type ImageFormat, type RgbImage } from '../tiling/pixels.js';

/** Side of a patch in pixels. */
export const SIDE = 128;

/** Lightness of `SIDE` × `SIDE` pixels, row by row. */
export type Plane = Float32Array;

/** Returns the patch at (`x`, `y`); reflects the photo beyond its borders. */
export function lightnessAt(image: RgbImage, x: number, y: number): Plane {
  const { data, width, height } = image;
  const level = 255 / whiteOf(data) / 4;
  const xs = reflectTable(x, SIDE, width);
  const ys = reflectTable(y, SIDE, height);
  const out = new Float32Array(SIDE * SIDE);
  for (let py = 0, to = 0; py < SIDE; py++) {
    const row = ys[py]! * width;
    for (let px = 0; px < SIDE; px++) {
      const at = (row + xs[px]!) * 3;
      out[to++] = (data[at]! + 2 * data[at + 1]! + data[at + 2]!) * level;
    }
  }
  return out;
}

/** Returns the lightness of a network's output [3,H,W]; red and blue weigh the same. */
export function lightnessOf(restored: Float32Array, { range, transfer }: ImageFormat): Plane {
  const [low, high] = range;
  const encode = (value: number): number =>
    low + (high - low) * encodeSrgb((value - low) / (high - low));
  const samples = transfer === 'linear' ? restored.map(encode) : restored;
  const level = 255 / 4 / (high - low);
  const plane = SIDE * SIDE;
  const out = new Float32Array(plane);
  for (let i = 0; i < plane; i++) {
    const [red, green, blue] = [samples[i]!, samples[i + plane]!, samples[i + 2 * plane]!];
    out[i] = (red + 2 * green + blue - 4 * low) * level;
  }
  return out;
}
