/** Draws the mask's coverage on a layer, or cuts the layer to it. */
import { drawPicture, onPane, seen } from './draw-tiles.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Coverage, Picture, PlacedPicture, Placement } from './layers.js';
import { origin } from './viewport.js';

/** Draws the coverage on an empty layer. */
export function coverageOn(
  layer: OffscreenCanvasRenderingContext2D,
  place: Placement,
  { base, detail }: Coverage<Picture>,
): void {
  const box = detail === null ? null : boxOf(place, detail);
  if (box === null || !isSeenWhollyIn(place, box))
    drawPicture(layer, place, base.picture, base.rect);
  if (detail === null || box === null) return;
  layer.clearRect(box.x, box.y, box.w, box.h);
  drawPicture(layer, place, detail.picture, detail.rect);
}

/**
 * Cuts the layer to the covered parts, by the detail where there is one and by the base elsewhere.
 */
export function keepCovered(
  layer: OffscreenCanvasRenderingContext2D,
  place: Placement,
  { base, detail }: Coverage<Picture>,
): void {
  const { x, y, w, h } = place.clip;
  const within = (add: () => void, draw: () => void): void => {
    layer.save();
    layer.beginPath();
    add();
    layer.clip('evenodd');
    layer.globalCompositeOperation = 'destination-in';
    draw();
    layer.restore();
  };
  const clip = (): void => layer.rect(x, y, w, h);
  if (detail === null) {
    within(clip, () => drawPicture(layer, place, base.picture, base.rect));
    return;
  }
  const box = boxOf(place, detail);
  const part = (): void => layer.rect(box.x, box.y, box.w, box.h);
  const outside = (): void => {
    // Both are clipped to the clip's rectangle; a part reaching beyond it would count twice.
    const left = Math.min(x, box.x);
    const top = Math.min(y, box.y);
    const right = Math.max(x + w, box.x + box.w);
    const bottom = Math.max(y + h, box.y + box.h);
    layer.rect(left, top, right - left, bottom - top);
    part();
  };
  if (!isSeenWhollyIn(place, box)) {
    within(outside, () => drawPicture(layer, place, base.picture, base.rect));
  }
  within(part, () => drawPicture(layer, place, detail.picture, detail.rect));
}

function boxOf(place: Placement, { rect }: PlacedPicture<Picture>): Rect {
  return onPane(place, origin(place.view, place.frame), rect);
}

/** Returns whether the box covers everything visible, so that the base need not be drawn. */
function isSeenWhollyIn(place: Placement, box: Rect): boolean {
  const part = onPane(place, origin(place.view, place.frame), seen(place));
  return (
    part.x >= box.x &&
    part.y >= box.y &&
    part.x + part.w <= box.x + box.w &&
    part.y + part.h <= box.y + box.h
  );
}
