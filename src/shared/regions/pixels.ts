/**
 * Coverage of a part of the photo at some scale. Inside, coverage has 16 bits, so that many faint strokes build up
 * without stalling at a rounding; outside it has 8.
 */
import type { Rect } from '../contracts/restore.js';
import type { RegionMode } from './document.js';

/** Covered wholly. */
export const FULL = 65_535;

/** The photo as displayed, in its own pixels. */
export interface PhotoSize {
  readonly width: number;
  readonly height: number;
}

/** Where pixels are computed: pixel (i, j) covers the photo's [i, i+1) / scale × [j, j+1) / scale. */
export interface Frame {
  readonly photo: PhotoSize;
  readonly scale: number;
}

export interface Pixels {
  readonly rect: Rect;
  readonly data: Uint16Array;
}

/** Something that covers pixels, one row at a time. */
export interface Layer {
  /** Nothing is covered outside. */
  readonly bounds: Rect;
  /** Coverage of the pixels x0 ≤ x < x1 of row y, all inside the bounds, to out[0] and on. */
  row(y: number, x0: number, x1: number, out: Uint16Array): void;
}

/** The whole photo at a scale. A last pixel that the photo only reaches into counts. */
export function frameBounds({ photo, scale }: Frame): Rect {
  const side = (length: number): number => Math.max(1, Math.ceil(length * scale - 1e-6));
  return { x: 0, y: 0, w: side(photo.width), h: side(photo.height) };
}

export function blank(rect: Rect, value: number): Pixels {
  const data = new Uint16Array(rect.w * rect.h);
  if (value !== 0) data.fill(value);
  return { rect, data };
}

export function intersect(a: Rect, b: Rect): Rect {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const w = Math.max(0, Math.min(a.x + a.w, b.x + b.w) - x);
  const h = Math.max(0, Math.min(a.y + a.h, b.y + b.h) - y);
  return { x, y, w, h };
}

/** The smallest rectangle around both; an empty one does not count. */
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

/** Whole pixels around left ≤ x ≤ right, top ≤ y ≤ bottom. */
export function pixelsAround(left: number, top: number, right: number, bottom: number): Rect {
  const x = Math.floor(left);
  const y = Math.floor(top);
  return { x, y, w: Math.ceil(right) - x, h: Math.ceil(bottom) - y };
}

/** Copies what two parts share from one to the other. */
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

/** Lays a layer over `part` of the pixels: covering more (1 - (1 - c)(1 - a)) or less (c (1 - a)). */
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

/** The eight bits that leave: `to` has the rectangle `target`, `part` of it is written. */
export function writeBytes(pixels: Pixels, to: Uint8Array, target: Rect, part: Rect): void {
  const area = intersect(intersect(pixels.rect, target), part);
  for (let y = area.y; y < area.y + area.h; y++) {
    const from = indexOf(pixels.rect, area.x, y);
    const at = indexOf(target, area.x, y);
    for (let i = 0; i < area.w; i++) to[at + i] = (pixels.data[from + i]! + 128) / 257;
  }
}
