/**
 * Builds the pyramid for display: level 0 is the photo, and each further level halves it by the
 * means of 2 × 2 pixels. Such means can be updated part by part, and an unchanged part keeps its
 * bytes.
 */
import { setImmediate } from 'node:timers/promises';
import { PYRAMID_TILE } from '../../shared/protocol/pixels.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { RgbPixels } from './colour/display.js';

/** Returns the number of levels; the last one fits one cell of the display. */
export function levelCount(width: number, height: number): number {
  let levels = 1;
  while (levelSide(Math.max(width, height), levels - 1) > PYRAMID_TILE) levels++;
  return levels;
}

function levelSide(side: number, level: number): number {
  return Math.ceil(side / 2 ** level);
}

/** Returns the pixels of a cell in its level; `null` = the cell is outside. */
export function cellRect(
  { width, height }: { readonly width: number; readonly height: number },
  column: number,
  row: number,
): Rect | null {
  const x = column * PYRAMID_TILE;
  const y = row * PYRAMID_TILE;
  if (x >= width || y >= height) return null;
  return { x, y, w: Math.min(PYRAMID_TILE, width - x), h: Math.min(PYRAMID_TILE, height - y) };
}

/** Returns the part of a level that depends on the pixels `rect` of the level below it. */
export function aboveRect(rect: Rect): Rect {
  const x = rect.x >> 1;
  const y = rect.y >> 1;
  return { x, y, w: ((rect.x + rect.w + 1) >> 1) - x, h: ((rect.y + rect.h + 1) >> 1) - y };
}

/**
 * Recomputes the part `rect` of `to`.
 * @param origin position of `from`, if it is only a part of the level below
 */
export function halve(
  from: RgbPixels,
  to: RgbPixels,
  rect: Rect,
  origin: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
): void {
  const source = from.data;
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const top = 2 * y - origin.y;
    // The last row or column of an odd side counts twice.
    const upper = top * from.width * 3;
    const lower = Math.min(top + 1, from.height - 1) * from.width * 3;
    for (let x = rect.x; x < rect.x + rect.w; x++) {
      const left = (2 * x - origin.x) * 3;
      const right = Math.min(2 * x - origin.x + 1, from.width - 1) * 3;
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

/** Returns all levels, the photo itself as the first. */
export async function buildLevels(photo: RgbPixels): Promise<RgbPixels[]> {
  const levels = [photo];
  for (let level = 1; level < levelCount(photo.width, photo.height); level++) {
    const below = levels[level - 1]!;
    const [width, height] = [levelSide(photo.width, level), levelSide(photo.height, level)];
    const next = { width, height, data: new Uint8Array(width * height * 3) };
    for (let y = 0; y < next.height; y += BAND) {
      halve(below, next, { x: 0, y, w: next.width, h: Math.min(BAND, next.height - y) });
      await setImmediate();
    }
    levels.push(next);
  }
  return levels;
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
