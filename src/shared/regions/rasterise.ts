/** Rasterises regions to a mask, for any part of the photo at any scale. */
import { UnsmearError } from '../core/errors.js';
import type { Rect } from '../contracts/restore.js';
import { effectiveOperations, type RegionDocument } from './document.js';
import { bandRows } from './bands.js';
import { evaluateInSteps, totalMargin } from './evaluate.js';
import { frameBounds, intersect, isEmpty, writeBytes, type PhotoSize } from './pixels.js';
import { checkWork } from './work.js';

export interface RegionView {
  /** Whole pixels at `scale`; pixels outside the photo are 0. */
  readonly rect: Rect;
  /** Output pixels per pixel of the photo; 1 = full size. */
  readonly scale: number;
}

/** Whole rows of a view; bands come from the top down. */
export interface MaskBand {
  readonly rect: Rect;
  readonly coverage: Uint8Array<ArrayBuffer>;
}

/**
 * Returns coverage 0..255 of `rect`, row by row. The same document gives the same bytes everywhere,
 * and any part equals the same part of the whole. A document without operations covers everything.
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
 * Yields the view in bands, which bounds the memory; the caller can stop between two. Rows outside
 * the photo are left out. Throws `mask-invalid` for a document that takes too long (`checkWork`).
 */
export function* rasteriseBands(
  document: RegionDocument,
  photo: PhotoSize,
  view: RegionView,
): Generator<MaskBand> {
  for (const step of rasteriseInSteps(document, photo, view)) {
    if (step !== null) yield step;
  }
}

/**
 * Rasterises as `rasteriseBands` does, and yields `null` after each operation so that the caller
 * can pause.
 */
export function* rasteriseInSteps(
  document: RegionDocument,
  photo: PhotoSize,
  { rect, scale }: RegionView,
): Generator<MaskBand | null> {
  checkView(photo, { rect, scale });
  const frame = { photo, scale };
  const operations = effectiveOperations(document);
  checkWork(operations, photo, scale);
  const inside = intersect(rect, frameBounds(frame));
  if (isEmpty(inside)) return;
  const rows = bandRows(inside.w, totalMargin(operations, scale));
  for (let y = inside.y; y < inside.y + inside.h; y += rows) {
    const band = intersect(inside, { ...inside, y, h: rows });
    const steps = evaluateInSteps(operations, frame, band);
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield null;
    const target = { x: rect.x, y, w: rect.w, h: band.h };
    const coverage = new Uint8Array(target.w * target.h);
    writeBytes(step.value, coverage, target, band);
    yield { rect: target, coverage };
  }
}

export function checkView(photo: PhotoSize, { rect, scale }: RegionView): void {
  const whole = [rect.x, rect.y, rect.w, rect.h].every(Number.isSafeInteger);
  const sizes = rect.w >= 0 && rect.h >= 0 && photo.width >= 1 && photo.height >= 1;
  if (whole && sizes && scale > 0 && Number.isFinite(scale)) return;
  throw new UnsmearError('request-invalid', { reason: 'view' });
}
