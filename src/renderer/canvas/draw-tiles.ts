/** Draws the tiles of a pyramid, with coarser or finer ones in place of missing tiles. */
import type { Rect } from '../../shared/contracts/restore.js';
import type { Picture, Placement, TileSource } from './layers.js';
import { drawable, tileRect, tilesIn } from './pyramid.js';
import { origin, visibleRect, type Point } from './viewport.js';

/** Zoom factor from which photo pixels are drawn as squares; coarser levels are always smoothed. */
const SQUARES_FROM = 2;

export function drawTiles(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  source: TileSource,
): void {
  const { photo, level, levels } = place;
  const corner = origin(place.view, place.frame);
  for (const cell of tilesIn(seen(place), photo, level)) {
    const target = tileRect(photo, cell);
    for (const part of drawable(cell, levels, (wanted) => source.has(wanted))) {
      const picture = source.get(part);
      if (picture === undefined) continue;
      drawPart(context, place, corner, picture, tileRect(photo, part), target);
    }
  }
}

/** Draws a picture stretched over `rect` of the photo. */
export function drawPicture(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  picture: Picture,
  rect: Rect,
): void {
  drawPart(context, place, origin(place.view, place.frame), picture, rect, rect);
}

/**
 * Returns a photo rectangle in whole device pixels; neighbours share their edges, so that no gap
 * shows.
 */
export function onPane(place: Placement, corner: Point, rect: Rect): Rect {
  const { scale } = place.view;
  const x = Math.round(corner.x + rect.x * scale);
  const y = Math.round(corner.y + rect.y * scale);
  return {
    x,
    y,
    w: Math.round(corner.x + (rect.x + rect.w) * scale) - x,
    h: Math.round(corner.y + (rect.y + rect.h) * scale) - y,
  };
}

/** Draws the part of a picture over `covers` that lies in `target`. */
function drawPart(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  corner: Point,
  picture: Picture,
  covers: Rect,
  target: Rect,
): void {
  const part = intersection(covers, target);
  if (part === null) return;
  const perPixel = { x: picture.width / covers.w, y: picture.height / covers.h };
  const to = onPane(place, corner, part);
  if (to.w <= 0 || to.h <= 0) return;
  context.imageSmoothingEnabled = perPixel.x < 1 || place.view.scale < SQUARES_FROM;
  context.imageSmoothingQuality = 'medium';
  context.drawImage(
    picture,
    (part.x - covers.x) * perPixel.x,
    (part.y - covers.y) * perPixel.y,
    part.w * perPixel.x,
    part.h * perPixel.y,
    to.x,
    to.y,
    to.w,
    to.h,
  );
}

/** Returns the part of the photo inside the clip. */
export function seen(place: Placement): Rect {
  const { clip, frame, view, photo } = place;
  const whole = visibleRect(view, photo, frame);
  const left = view.x + (clip.x - frame.width / 2) / view.scale;
  const top = view.y + (clip.y - frame.height / 2) / view.scale;
  const inside = { x: left, y: top, w: clip.w / view.scale, h: clip.h / view.scale };
  return intersection(whole, inside) ?? { x: 0, y: 0, w: 0, h: 0 };
}

/** Returns the common part of two rectangles, or `null`. */
function intersection(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const w = Math.min(a.x + a.w, b.x + b.w) - x;
  const h = Math.min(a.y + a.h, b.y + b.h) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : null;
}
