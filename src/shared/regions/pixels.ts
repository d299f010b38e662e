/**
 * Coverage of a part of the photo at some scale. While evaluating, coverage has 16 bits, so that
 * many faint strokes add up without stalling at a rounding; results have 8.
 */
import type { Rect } from '../contracts/restore.js';
import { intersect } from '../core/geometry.js';
import type { RegionMode } from './document.js';

export { intersect };

/** Full coverage. */
export const FULL = 65_535;

/** Size of the photo as displayed, in its own pixels. */
export interface PhotoSize {
  readonly width: number;
  readonly height: number;
}

/** Raster over the photo: pixel (i, j) covers [i, i+1) / scale × [j, j+1) / scale. */
export interface Frame {
  readonly photo: PhotoSize;
  readonly scale: number;
}

export interface Pixels {
  readonly rect: Rect;
  readonly data: Uint16Array;
}

/** Shape that covers pixels, evaluated one row at a time. */
export interface Layer {
  /** Coverage outside is 0. */
  readonly bounds: Rect;
  /**
   * Writes the coverage of the pixels x0 ≤ x < x1 of row y, inside the bounds, to the start of
   * `out`.
   */
  row(y: number, x0: number, x1: number, out: Uint16Array): void;
}

/** Returns the whole photo at a scale; a last pixel that it covers only partly is included. */
export function frameBounds({ photo, scale }: Frame): Rect {
  const side = (length: number): number => Math.max(1, Math.ceil(length * scale - 1e-6));
  return { x: 0, y: 0, w: side(photo.width), h: side(photo.height) };
}

export function blank(rect: Rect, value: number): Pixels {
  const data = new Uint16Array(rect.w * rect.h);
  if (value !== 0) data.fill(value);
  return { rect, data };
}

/** Returns the smallest rectangle around both; an empty one is ignored. */
export function unite(a: Rect, b: Rect): Rect {
  if (isEmpty(a)) return b;
  if (isEmpty(b)) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const w = Math.max(a.x + a.w, b.x + b.w) - x;
  const h = Math.max(a.y + a.h, b.y + b.h) - y;
  return { x, y, w, h };
}

export function expand({ x, y, w, h }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, w: w + 2 * by, h: h + 2 * by };
}

export function isEmpty(rect: Rect): boolean {
  return rect.w <= 0 || rect.h <= 0;
}

/** Returns the whole pixels around left ≤ x ≤ right, top ≤ y ≤ bottom. */
export function pixelsAround(left: number, top: number, right: number, bottom: number): Rect {
  const x = Math.floor(left);
  const y = Math.floor(top);
  return { x, y, w: Math.ceil(right) - x, h: Math.ceil(bottom) - y };
}

/** Copies the pixels that two windows share from one to the other. */
export function copyPixels(from: Pixels, to: Pixels, part: Rect = to.rect): void {
  const shared = intersect(intersect(from.rect, to.rect), part);
  if (isEmpty(shared)) return;
  for (let y = shared.y; y < shared.y + shared.h; y++) {
    const start = indexOf(from.rect, shared.x, y);
    to.data.set(from.data.subarray(start, start + shared.w), indexOf(to.rect, shared.x, y));
  }
}

export function indexOf(rect: Rect, x: number, y: number): number {
  return (y - rect.y) * rect.w + (x - rect.x);
}

/**
 * Paints a layer a onto `part` of the pixels c: adding gives 1 - (1 - c)(1 - a), erasing c (1 - a).
 */
export function paint(pixels: Pixels, layer: Layer, mode: RegionMode, part = pixels.rect): void {
  const area = intersect(intersect(pixels.rect, part), layer.bounds);
  if (isEmpty(area)) return;
  const row = new Uint16Array(area.w);
  const { data } = pixels;
  for (let y = area.y; y < area.y + area.h; y++) {
    layer.row(y, area.x, area.x + area.w, row);
    let at = indexOf(pixels.rect, area.x, y);
    for (let i = 0; i < area.w; i++, at++) {
      const alpha = row[i]!;
      if (alpha === 0) continue;
      const before = data[at]!;
      data[at] =
        mode === 'add'
          ? before + ((FULL - before) * alpha) / FULL + 0.5
          : (before * (FULL - alpha)) / FULL + 0.5;
    }
  }
}

/** Writes `part` of the pixels as 8 bits to `to`, which covers the rectangle `target`. */
export function writeBytes(pixels: Pixels, to: Uint8Array, target: Rect, part: Rect): void {
  const area = intersect(intersect(pixels.rect, target), part);
  for (let y = area.y; y < area.y + area.h; y++) {
    const from = indexOf(pixels.rect, area.x, y);
    const at = indexOf(target, area.x, y);
    for (let i = 0; i < area.w; i++) to[at + i] = (pixels.data[from + i]! + 128) / 257;
  }
}
