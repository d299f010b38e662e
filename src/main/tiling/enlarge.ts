/**
 * Enlarges a coarser octave by two, bilinearly: pixel x of octave k lies at (x - 0.5) / 2 of octave
 * k + 1. Integer arithmetic for changes, so that the result never depends on the order of tiles.
 */
import type { Rect } from '../../shared/contracts/restore.js';
import type { Size } from '../../shared/core/geometry.js';
import { clamp } from '../../shared/core/math.js';
import { decodeSrgb, whiteOf, type RgbImage } from '../imaging/index.js';
import type { Grid, Tile } from './grid.js';
import { planeOrder, reflectTable, RESIDUAL_SCALE, type ImageFormat } from './pixels.js';

/** A change over a window of an octave: interleaved, in 1/32 of an 8-bit level. */
export interface Change {
  readonly window: Rect;
  readonly data: Int16Array;
}

/** Returns the window of the coarser octave (of `size`) on which `rect` depends. */
export function coarserWindow(rect: Rect, { width, height }: Size): Rect {
  const x = clamp((rect.x - 1) >> 1, 0, width - 1);
  const y = clamp((rect.y - 1) >> 1, 0, height - 1);
  const right = clamp((rect.x + rect.w) >> 1, 0, width - 1);
  const bottom = clamp((rect.y + rect.h) >> 1, 0, height - 1);
  return { x, y, w: right - x + 1, h: bottom - y + 1 };
}

/** Indices into a coarser row, relative to its window: the nearer weighs 3/4, the other 1/4. */
interface Neighbours {
  readonly near: Int32Array;
  readonly far: Int32Array;
}

/** Returns the neighbours of the given pixels of a row in a coarser row of `length` pixels. */
function neighbours(pixels: Int32Array, from: number, length: number): Neighbours {
  const inside = (at: number) => clamp(at, 0, length - 1) - from;
  return {
    near: pixels.map((x) => inside(x >> 1)),
    far: pixels.map((x) => inside((x >> 1) + (x & 1 ? 1 : -1))),
  };
}

const span = (from: number, count: number) =>
  Int32Array.from({ length: count }, (_, i) => from + i);

/** Returns the change over `rect`, from that of the coarser octave (of `size`). */
export function enlargeChange({ window, data }: Change, rect: Rect, size: Size): Int16Array {
  const out = new Int16Array(rect.w * rect.h * 3);
  const across = neighbours(span(rect.x, rect.w), window.x, size.width);
  const down = neighbours(span(rect.y, rect.h), window.y, size.height);
  const stride = window.w * 3;
  const row = new Int32Array(stride);
  let to = 0;
  for (let y = 0; y < rect.h; y++) {
    const near = down.near[y]! * stride;
    const far = down.far[y]! * stride;
    for (let i = 0; i < stride; i++) row[i] = 3 * data[near + i]! + data[far + i]!;
    for (let x = 0; x < rect.w; x++) {
      const a = across.near[x]! * 3;
      const b = across.far[x]! * 3;
      for (let c = 0; c < 3; c++) out[to++] = (3 * row[a + c]! + row[b + c]! + 8) >> 4;
    }
  }
  return out;
}

/**
 * Returns the guess for a padded tile, [1,3,H,W] in the network's range and channel order: the
 * enlarged image of the coarser octave plus its change; `null` = unchanged.
 * @param size size of the tile's own octave, which is reflected beyond its borders
 */
export function guessTile(
  coarser: RgbImage,
  change: Change | null,
  size: Size,
  { tileWidth, tileHeight }: Pick<Grid, 'tileWidth' | 'tileHeight'>,
  tile: Pick<Tile, 'x' | 'y'>,
  format: ImageFormat,
): Float32Array {
  const plane = tileWidth * tileHeight;
  const out = new Float32Array(plane * 3);
  const across = neighbours(reflectTable(tile.x, tileWidth, size.width), 0, coarser.width);
  const down = neighbours(reflectTable(tile.y, tileHeight, size.height), 0, coarser.height);
  const [x, w] = extentOf(across);
  const [y, h] = extentOf(down);
  const levels = levelsOver(coarser, change, { x, y, w, h });
  const order = planeOrder(format);
  const [low, high] = format.range;
  const isLinear = format.transfer === 'linear';
  const near = across.near.map((column) => (column - x) * 3);
  const far = across.far.map((column) => (column - x) * 3);
  const line = new Float32Array(w * 3);
  for (let row = 0; row < tileHeight; row++) {
    const above = (down.near[row]! - y) * w * 3;
    const below = (down.far[row]! - y) * w * 3;
    for (let i = 0; i < w * 3; i++) line[i] = 0.75 * levels[above + i]! + 0.25 * levels[below + i]!;
    for (let c = 0; c < 3; c++) {
      const to = order[c]! * plane + row * tileWidth;
      for (let column = 0; column < tileWidth; column++) {
        const level = 0.75 * line[near[column]! + c]! + 0.25 * line[far[column]! + c]!;
        const encoded = level < 0 ? 0 : level > 255 ? 1 : level / 255;
        out[to + column] = low + (isLinear ? decodeSrgb(encoded) : encoded) * (high - low);
      }
    }
  }
  return out;
}

/** Returns the first index and the number of indices that neighbours span. */
function extentOf({ near, far }: Neighbours): [from: number, count: number] {
  const from = Math.min(...near, ...far);
  return [from, Math.max(...near, ...far) + 1 - from];
}

/** Returns an image with its change over `window`, interleaved, in 8-bit levels. */
function levelsOver({ data, width }: RgbImage, change: Change | null, window: Rect): Float32Array {
  const { x, y, w, h } = window;
  const levels = new Float32Array(w * h * 3);
  const toLevels = 255 / whiteOf(data);
  for (let row = 0, to = 0; row < h; row++) {
    const from = ((y + row) * width + x) * 3;
    for (let i = 0; i < w * 3; i++, to++) levels[to] = toLevels * data[from + i]!;
    if (change === null) continue;
    const start = ((y + row - change.window.y) * change.window.w + x - change.window.x) * 3;
    to -= w * 3;
    for (let i = 0; i < w * 3; i++, to++) {
      levels[to] = levels[to]! + change.data[start + i]! / RESIDUAL_SCALE;
    }
  }
  return levels;
}
