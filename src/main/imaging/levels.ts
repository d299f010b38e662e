/**
 * Builds the pyramid for display: level 0 is the photo, and each further level halves it by the
 * means of 2 × 2 pixels. Such means can be updated part by part, and an unchanged part keeps its
 * bytes.
 */
import { setImmediate } from 'node:timers/promises';
import { PYRAMID_TILE } from '../../shared/protocol/pixels.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Size } from '../../shared/core/geometry.js';
import type { RgbPixels } from './colour/display.js';
import { emptyLike } from './colour/samples.js';
import type { RgbImage } from './types.js';

/** Returns the number of levels; the last one fits one cell of the display. */
export function levelCount(width: number, height: number): number {
  let levels = 1;
  while (levelSide(Math.max(width, height), levels - 1) > PYRAMID_TILE) levels++;
  return levels;
}

export function levelSide(side: number, level: number): number {
  return Math.ceil(side / 2 ** level);
}

/** Returns the pixels of a cell in its level; `null` = the cell is outside. */
export function cellRect({ width, height }: Size, column: number, row: number): Rect | null {
  const x = column * PYRAMID_TILE;
  const y = row * PYRAMID_TILE;
  if (x >= width || y >= height) return null;
  return { x, y, w: Math.min(PYRAMID_TILE, width - x), h: Math.min(PYRAMID_TILE, height - y) };
}

/** Recomputes the part `rect` of `to` from the level below it. */
export function halve(from: RgbImage, to: RgbImage, rect: Rect): void {
  const source = from.data;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const top = 2 * y;
    // The last row or column of an odd side counts twice.
    const upper = top * from.width * 3;
    const lower = Math.min(top + 1, from.height - 1) * from.width * 3;
    for (let x = rect.x; x < rect.x + rect.w; x++) {
      const left = 2 * x * 3;
      const right = Math.min(2 * x + 1, from.width - 1) * 3;
      const at = (y * to.width + x) * 3;
      for (let c = 0; c < 3; c++) {
        to.data[at + c] =
          (source[upper + left + c]! +
            source[upper + right + c]! +
            source[lower + left + c]! +
            source[lower + right + c]! +
            2) >>
          2;
      }
    }
  }
}

/** Rows halved at once, between two turns of the event loop. */
const BAND = 256;

/** Returns the first `count` levels, the photo itself as the first. */
export async function buildLevels<P extends RgbImage>(photo: P, count: number): Promise<P[]> {
  const levels = [photo];
  for (let level = 1; level < count; level++) {
    const below = levels[level - 1]!;
    const [width, height] = [levelSide(photo.width, level), levelSide(photo.height, level)];
    const next = { ...photo, width, height, data: emptyLike(photo.data, width * height * 3) };
    for (let y = 0; y < height; y += BAND) {
      halve(below, next, { x: 0, y, w: width, h: Math.min(BAND, height - y) });
      await setImmediate();
    }
    levels.push(next);
  }
  return levels;
}

/** Halves a part of a level that begins at even pixels. */
export function halveWindow(window: RgbPixels): RgbPixels {
  const [width, height] = [levelSide(window.width, 1), levelSide(window.height, 1)];
  const half = { width, height, data: new Uint8Array(width * height * 3) };
  halve(window, half, { x: 0, y: 0, w: width, h: height });
  return half;
}

/** Writes a window into a level at the position of `rect`, which has its size. */
export function paste(window: RgbPixels, level: RgbPixels, rect: Rect): void {
  for (let row = 0; row < rect.h; row++) {
    const from = row * rect.w * 3;
    const to = ((rect.y + row) * level.width + rect.x) * 3;
    level.data.set(window.data.subarray(from, from + rect.w * 3), to);
  }
}

/** Copies the part `rect` of a level. */
export function crop(level: RgbPixels, rect: Rect): RgbPixels {
  const data = new Uint8Array(rect.w * rect.h * 3);
  for (let row = 0; row < rect.h; row++) {
    const from = ((rect.y + row) * level.width + rect.x) * 3;
    data.set(level.data.subarray(from, from + rect.w * 3), row * rect.w * 3);
  }
  return { width: rect.w, height: rect.h, data };
}
