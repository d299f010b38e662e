/**
 * Chooses the rasterised views of the mask: the whole photo coarsely, as a fallback wherever the
 * view moves, and the visible part at screen resolution.
 */
import type { PhotoSize, RegionView } from '../../../../shared/regions/index.js';
import { placeOf } from '../../../canvas/coverage-sheet.js';
import type { Rect } from '../../../../shared/contracts/restore.js';

/** Pixel limits of the two views; together at most two megapixels. */
const BASE_PIXELS = 500_000;
const DETAIL_PIXELS = 1_500_000;
/** Share of the visible part added on each side, so that small moves need no new view. */
const SPARE = 0.15;
/** Minimum gain in resolution that justifies the detail view. */
const FINER = 1.05;

/** Returns the view of the whole photo. */
export function baseView(photo: PhotoSize): RegionView {
  const scale = Math.min(1, Math.sqrt(BASE_PIXELS / (photo.width * photo.height)));
  return { scale, rect: pixelsOf({ x: 0, y: 0, w: photo.width, h: photo.height }, scale) };
}

/**
 * Returns the view of the visible part at `scale` device pixels per photo pixel; `null` if the base
 * is fine enough. Returns `current` while it still suffices.
 */
export function detailView(
  photo: PhotoSize,
  visible: Rect,
  scale: number,
  current: RegionView | null = null,
): RegionView | null {
  if (visible.w <= 0 || visible.h <= 0) return null;
  const wanted = Math.min(1, scale);
  const fitting = Math.min(wanted, Math.sqrt(DETAIL_PIXELS / (visible.w * visible.h)));
  if (fitting < baseView(photo).scale * FINER) return null;
  if (current?.scale === fitting && contains(current, visible)) return current;
  const spare = growWithin(visible, photo, SPARE);
  const fits = spare.w * spare.h * fitting * fitting <= DETAIL_PIXELS;
  return { scale: fitting, rect: pixelsOf(fits ? spare : visible, fitting) };
}

export function sameView(a: RegionView | null, b: RegionView | null): boolean {
  if (a === null || b === null) return a === b;
  const { rect: p } = a;
  const { rect: q } = b;
  return a.scale === b.scale && p.x === q.x && p.y === q.y && p.w === q.w && p.h === q.h;
}

function contains(view: RegionView, inner: Rect): boolean {
  const outer = placeOf(view);
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.w <= outer.x + outer.w &&
    inner.y + inner.h <= outer.y + outer.h
  );
}

function growWithin({ x, y, w, h }: Rect, photo: PhotoSize, share: number): Rect {
  const left = Math.max(0, x - w * share);
  const top = Math.max(0, y - h * share);
  return {
    x: left,
    y: top,
    w: Math.min(photo.width, x + w * (1 + share)) - left,
    h: Math.min(photo.height, y + h * (1 + share)) - top,
  };
}

function pixelsOf({ x, y, w, h }: Rect, scale: number): Rect {
  const left = Math.floor(x * scale);
  const top = Math.floor(y * scale);
  // Tolerance for rounding errors of a division followed by a multiplication.
  return {
    x: left,
    y: top,
    w: Math.max(1, Math.ceil((x + w) * scale - 1e-6) - left),
    h: Math.max(1, Math.ceil((y + h) * scale - 1e-6) - top),
  };
}
