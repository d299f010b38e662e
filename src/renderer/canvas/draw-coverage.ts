/** The mask on a layer: drawn, or as what is kept of the layer. */
import { drawPicture, onPane } from './draw-tiles.js';
import type { Coverage, Placement } from './layers.js';
import { origin } from './viewport.js';

/** Draws the coverage on an empty layer. */
export function coverageOn(
  layer: CanvasRenderingContext2D,
  place: Placement,
  { base, detail }: Coverage,
): void {
  drawPicture(layer, place, base.picture, base.rect);
  if (detail === null) return;
  const { x, y, w, h } = onPane(place, origin(place.view, place.frame), detail.rect);
  layer.clearRect(x, y, w, h);
  drawPicture(layer, place, detail.picture, detail.rect);
}

/** Of what is on the layer, only what is covered stays: the detail decides where there is one, the base elsewhere. */
export function keepCovered(
  layer: CanvasRenderingContext2D,
  place: Placement,
  { base, detail }: Coverage,
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
  const box = onPane(place, origin(place.view, place.frame), detail.rect);
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
  within(outside, () => drawPicture(layer, place, base.picture, base.rect));
  within(part, () => drawPicture(layer, place, detail.picture, detail.rect));
}
