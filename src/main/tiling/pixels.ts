/** Converts pixels between the photo (interleaved integers) and tensors (planar float32). */
import type { Manifest } from '../../shared/contracts/manifest.js';
import { decodeSrgb, encodeSrgb, whiteOf, type RgbImage } from '../imaging/index.js';
import type { Grid, Tile } from './grid.js';

export type ImageFormat = Manifest['image'];

/** Returns the planes of a tensor that hold red, green and blue. */
export function planeOrder({ channels }: ImageFormat): readonly [number, number, number] {
  return channels === 'rgb' ? [0, 1, 2] : [2, 1, 0];
}

/**
 * Returns the pixel at `i` of a row that is reflected about its edge pixels, without doubling them.
 */
export function reflect(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const k = ((i % period) + period) % period;
  return k < length ? k : period - k;
}

/** Returns the reflected indices of `count` pixels from `start`. */
export function reflectTable(start: number, count: number, length: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => reflect(start + i, length));
}

/**
 * Returns the padded tile as data of a [1,3,H,W] tensor in the network's range and channel order;
 * decodes sRGB for networks in linear light.
 */
export function extractTile(
  image: RgbImage,
  grid: Pick<Grid, 'tileWidth' | 'tileHeight'>,
  tile: Pick<Tile, 'x' | 'y'>,
  format: ImageFormat,
): Float32Array {
  const { tileWidth, tileHeight } = grid;
  const plane = tileWidth * tileHeight;
  const out = new Float32Array(plane * 3);
  const xs = reflectTable(tile.x, tileWidth, image.width);
  const ys = reflectTable(tile.y, tileHeight, image.height);
  const lut = inputTable(format, whiteOf(image.data));
  const [r, g, b] = planeOrder(format);
  for (let y = 0; y < tileHeight; y++) {
    const line = ys[y]! * image.width;
    const row = y * tileWidth;
    for (let x = 0; x < tileWidth; x++) {
      const from = (line + xs[x]!) * 3;
      const to = row + x;
      out[to + r * plane] = lut[image.data[from]!]!;
      out[to + g * plane] = lut[image.data[from + 1]!]!;
      out[to + b * plane] = lut[image.data[from + 2]!]!;
    }
  }
  return out;
}

/** Fixed-point steps per 8-bit level in a residual: 1/32 of a level, range about ±1023 levels. */
export const RESIDUAL_SCALE = 32;

/**
 * Returns `restored − image` over `tile.rect`, interleaved, in 1/32 of an 8-bit level. It is taken
 * against the source samples themselves, so an unchanged pixel gives exactly 0.
 */
export function quantiseResidual(
  restored: Float32Array,
  image: RgbImage,
  grid: Grid,
  tile: Tile,
  format: ImageFormat,
): Int16Array {
  const { x: left, y: top, w, h } = tile.rect;
  const plane = grid.tileWidth * grid.tileHeight;
  const out = new Int16Array(w * h * 3);
  const [low, high] = format.range;
  const gain = 255 / (high - low);
  const toLevels = 255 / whiteOf(image.data);
  const planes = planeOrder(format);
  for (let c = 0; c < 3; c++) {
    const base = planes[c]! * plane;
    for (let y = 0; y < h; y++) {
      let from = base + (top - tile.y + y) * grid.tileWidth + (left - tile.x);
      let source = ((top + y) * image.width + left) * 3 + c;
      let to = y * w * 3 + c;
      for (let x = 0; x < w; x++, from++, source += 3, to += 3) {
        let value = (restored[from]! - low) * gain;
        if (format.transfer === 'linear') value = encodeSrgb(value / 255) * 255;
        // Clamped before the difference: the file cannot hold values beyond white or black.
        value = value < 0 ? 0 : value > 255 ? 255 : value;
        const steps = (value - image.data[source]! * toLevels) * RESIDUAL_SCALE;
        out[to] = steps < 0 ? -((0.5 - steps) | 0) : (steps + 0.5) | 0;
      }
    }
  }
  return out;
}

/** Returns the network's input value for each sample value up to `white`. */
function inputTable(format: ImageFormat, white: number): Float32Array {
  const [low, high] = format.range;
  return Float32Array.from({ length: white + 1 }, (_, i) => {
    const value = format.transfer === 'linear' ? decodeSrgb(i / white) : i / white;
    return low + value * (high - low);
  });
}
