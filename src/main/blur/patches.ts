/**
 * Square patches at native resolution, because scaling down would hide blur, and their lightness:
 * 8-bit levels, encoded as in the photo.
 */
import { clamp } from '../../shared/core/math.js';
import { encodeSrgb, whiteOf, type RgbImage } from '../imaging/index.js';
import { reflectTable, type ImageFormat } from '../tiling/pixels.js';

/** Side of a patch in pixels. */
export const SIDE = 128;

/** Approximate number of patches of every photo, which makes the cost constant. */
const PATCHES = 48;

export interface PatchGrid {
  readonly columns: number;
  readonly rows: number;
  /** Top-left corners, row by row. A patch may reach over the borders of a small photo. */
  readonly patches: readonly { readonly x: number; readonly y: number }[];
}

export function patchGrid(width: number, height: number): PatchGrid {
  const wanted = Math.sqrt((PATCHES * width) / height);
  const columns = clamp(Math.round(wanted), 1, Math.max(1, Math.floor(width / SIDE)));
  const rows = clamp(Math.round(PATCHES / wanted), 1, Math.max(1, Math.floor(height / SIDE)));
  const xs = starts(width, columns);
  const patches = starts(height, rows).flatMap((y) => xs.map((x) => ({ x, y })));
  return { columns, rows, patches };
}

/** Centres each patch in its cell. */
function starts(length: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.max(0, Math.round(((i + 0.5) * length) / count - SIDE / 2)),
  );
}

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
