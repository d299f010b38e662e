/** The mask on a layer: drawn, or as what is kept of the layer. */
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

/** Of what is on the layer, only what is covered stays: the detail decides where there is one, the base elsewhere. */
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
    // A part that reaches past the clip would count twice there: the clip is drawn around both.
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

/** Then the base would be drawn for nothing. */
function isSeenWhollyIn(place: Placement, box: Rect): boolean {
  const part = onPane(place, origin(place.view, place.frame), seen(place));
  return (
    part.x >= box.x &&
    part.y >= box.y &&
    part.x + part.w <= box.x + box.w &&
    part.y + part.h <= box.y + box.h
  );
}
