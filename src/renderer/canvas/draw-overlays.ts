/**
 * Draws overlays: maps, mask, hints, crosshair and pixel grid. Patterns accompany hues for colour-
 * blind users.
 */
import { drawHint } from './draw-hints.js';
import { drawMask } from './draw-mask.js';
import { drawOutline } from './draw-outline.js';
import { drawRing } from './draw-outline.js';
import { drawPicture, seen } from './draw-tiles.js';
import type { Overlay, Picture, Placement } from './layers.js';
import type { Scratch } from './surface.js';
import { origin, toPane, type Point } from './viewport.js';

/** Zoom factor from which the pixel grid is drawn. */
const GRID_FROM = 12;

export function drawOverlay(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  overlay: Overlay<Picture>,
  scratch: Scratch,
): void {
  context.save();
  switch (overlay.kind) {
    case 'map':
      context.globalAlpha = overlay.opacity;
      drawPicture(context, place, overlay.picture, wholePhoto(place));
      break;
    case 'mask':
      drawMask(context, place, overlay, scratch);
      break;
    case 'hints':
      for (const mark of overlay.marks) drawHint(context, place, mark, scratch);
      break;
    case 'crosshair':
      drawCrosshair(context, place, overlay.at);
      break;
    case 'outline':
      drawOutline(context, place, overlay.operation);
      break;
    case 'ring':
      drawRing(context, place, overlay);
      break;
  }
  context.restore();
}

/** Draws lines between the photo's pixels, if they are large enough to be counted. */
export function drawPixelGrid(context: OffscreenCanvasRenderingContext2D, place: Placement): void {
  if (place.view.scale < GRID_FROM) return;
  const rect = seen(place);
  const corner = origin(place.view, place.frame);
  const { scale } = place.view;
  const at = (from: number, n: number): number => Math.round(from + n * scale) + 0.5;
  const [left, right] = [Math.floor(rect.x), Math.ceil(rect.x + rect.w)];
  const [top, bottom] = [Math.floor(rect.y), Math.ceil(rect.y + rect.h)];
  context.save();
  context.strokeStyle = place.palette.ink;
  context.globalAlpha = 0.25;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left; x <= right; x++) {
    context.moveTo(at(corner.x, x), at(corner.y, top));
    context.lineTo(at(corner.x, x), at(corner.y, bottom));
  }
  for (let y = top; y <= bottom; y++) {
    context.moveTo(at(corner.x, left), at(corner.y, y));
    context.lineTo(at(corner.x, right), at(corner.y, y));
  }
  context.stroke();
  context.restore();
}

function wholePhoto({ photo }: Placement): { x: number; y: number; w: number; h: number } {
  return { x: 0, y: 0, w: photo.width, h: photo.height };
}

function drawCrosshair(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  at: Point,
): void {
  const { x, y } = toPane(place.view, place.frame, at);
  const unit = place.pixelRatio;
  for (const [colour, width] of [
    [place.palette.ink, 3],
    [place.palette.paper, 1],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    context.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      context.moveTo(x + dx * 4 * unit, y + dy * 4 * unit);
      context.lineTo(x + dx * 16 * unit, y + dy * 16 * unit);
    }
    context.stroke();
  }
}
