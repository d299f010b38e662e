/** Regions as a mask, for any part of the photo at any scale. */
import { UnsmearError } from '../errors.js';
import type { Rect } from '../restore.js';
import { effectiveOperations, type RegionDocument } from './document.js';
import { evaluate, totalMargin } from './evaluate.js';
import { frameBounds, intersect, isEmpty, writeBytes, type PhotoSize } from './pixels.js';

/** Pixels that are worked on at once, surroundings included: bounds the memory to some tens of megabytes. */
const BAND_PIXELS = 4_000_000;
const LEAST_ROWS = 32;

export interface RegionView {
  /** Whole pixels at `scale`. Pixels outside the photo are 0. */
  readonly rect: Rect;
  /** Output pixels per pixel of the photo; 1 = full size. */
  readonly scale: number;
}

/** Whole rows of a view, from the top down. */
export interface MaskBand {
  readonly rect: Rect;
  readonly coverage: Uint8Array<ArrayBuffer>;
}

/**
 * Coverage 0..255 of `rect`, row by row. The same document gives the same bytes everywhere, and any part equals the same
 * part of the whole. A document without operations covers everything.
 */
export function rasterise(
  document: RegionDocument,
  photo: PhotoSize,
  view: RegionView,
): Uint8Array<ArrayBuffer> {
  checkView(photo, view);
  const { rect } = view;
  const bytes = new Uint8Array(rect.w * rect.h);
  for (const band of rasteriseBands(document, photo, view)) {
    bytes.set(band.coverage, (band.rect.y - rect.y) * rect.w);
  }
  return bytes;
}

/**
 * The same in bands, for a large photo: the memory is bounded by the band, and whoever asks can stop between two. Rows outside
 * the photo are left out.
 */
export function* rasteriseBands(
  document: RegionDocument,
  photo: PhotoSize,
  { rect, scale }: RegionView,
): Generator<MaskBand> {
  checkView(photo, { rect, scale });
  const frame = { photo, scale };
  const operations = effectiveOperations(document);
  const inside = intersect(rect, frameBounds(frame));
  if (isEmpty(inside)) return;
  const margin = totalMargin(operations, scale);
  const affordable = Math.floor(BAND_PIXELS / (inside.w + 2 * margin)) - 2 * margin;
  // With wide surroundings a band is at least as high as they are: less would be computed over and over.
  const rows = Math.max(LEAST_ROWS, margin, affordable);
  for (let y = inside.y; y < inside.y + inside.h; y += rows) {
    const band = intersect(inside, { ...inside, y, h: rows });
    const target = { x: rect.x, y, w: rect.w, h: band.h };
    const coverage = new Uint8Array(target.w * target.h);
    writeBytes(evaluate(operations, frame, band), coverage, target, band);
    yield { rect: target, coverage };
  }
}

export function checkView(photo: PhotoSize, { rect, scale }: RegionView): void {
  const whole = [rect.x, rect.y, rect.w, rect.h].every(Number.isSafeInteger);
  const sizes = rect.w >= 0 && rect.h >= 0 && photo.width >= 1 && photo.height >= 1;
  if (whole && sizes && scale > 0 && Number.isFinite(scale)) return;
  throw new UnsmearError('option-invalid', 'A mask can be drawn for whole pixels at a scale > 0.');
}
