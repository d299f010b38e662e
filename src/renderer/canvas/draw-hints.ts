/** Draws hints: dashed boxes and dotted areas; the selected one is solid and has handles. */
import { HANDLES, handlePoint } from './box-handles.js';
import { drawPicture, onPane } from './draw-tiles.js';
import type { HintMark, Picture, Placement } from './layers.js';
import type { Scratch } from './surface.js';
import { origin, toPane } from './viewport.js';

/** Side of a handle in layout pixels. */
export const HANDLE = 9;
const DOT_STEP = 8;

export function drawHint(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  mark: HintMark<Picture>,
  scratch: Scratch,
): void {
  if (mark.kind === 'painted') drawPainted(context, place, mark, scratch);
  else drawBox(context, place, mark);
}

function drawBox(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  mark: Extract<HintMark<Picture>, { kind: 'box' }>,
): void {
  const box = onPane(place, origin(place.view, place.frame), mark.rect);
  const unit = place.pixelRatio;
  context.globalAlpha = 0.08 + 0.22 * mark.strength;
  context.fillStyle = place.palette.hint;
  context.fillRect(box.x, box.y, box.w, box.h);
  context.globalAlpha = 1;
  const stroke = (colour: string, width: number, dash: number[]): void => {
    context.strokeStyle = colour;
    context.lineWidth = width * unit;
    context.setLineDash(dash.map((length) => length * unit));
    context.strokeRect(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1);
  };
  // A dark line below a light one is visible on any photo.
  stroke(place.palette.ink, mark.selected ? 4 : 3, []);
  stroke(place.palette.hintLine, mark.selected ? 2 : 1, mark.selected ? [] : [6, 4]);
  if (mark.handles) drawHandles(context, place, mark.rect);
}

function drawHandles(
  context: OffscreenCanvasRenderingContext2D,
  { view, frame, palette, pixelRatio }: Placement,
  rect: Parameters<typeof handlePoint>[0],
): void {
  const side = HANDLE * pixelRatio;
  for (const handle of HANDLES) {
    const { x, y } = toPane(view, frame, handlePoint(rect, handle));
    const [left, top] = [Math.round(x - side / 2), Math.round(y - side / 2)];
    context.fillStyle = palette.ink;
    context.fillRect(left, top, side, side);
    context.fillStyle = palette.hintLine;
    context.fillRect(
      left + pixelRatio,
      top + pixelRatio,
      side - 2 * pixelRatio,
      side - 2 * pixelRatio,
    );
  }
}

function drawPainted(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  mark: Extract<HintMark<Picture>, { kind: 'painted' }>,
  scratch: Scratch,
): void {
  const layer = scratch.begin(place);
  const { width, height } = place.frame;
  layer.fillStyle = place.palette.hint;
  layer.globalAlpha = (mark.selected ? 0.3 : 0.12) + 0.3 * mark.strength;
  layer.fillRect(0, 0, width, height);
  layer.globalAlpha = 1;
  dots(layer, place, mark.selected ? 3 : 2);
  layer.globalCompositeOperation = 'destination-in';
  drawPicture(layer, place, mark.paint.picture, mark.paint.rect);
  scratch.drawOn(context, place);
}

/** Returns a dot pattern that moves with the photo. */
function dots(context: OffscreenCanvasRenderingContext2D, place: Placement, size: number): void {
  const { x: left, y: top, w, h } = place.clip;
  const step = DOT_STEP * place.pixelRatio;
  const corner = origin(place.view, place.frame);
  const first = (start: number, from: number): number =>
    start + ((((from - start) % step) + step) % step) - step;
  const side = size * place.pixelRatio;
  context.fillStyle = place.palette.hintLine;
  context.beginPath();
  for (let y = first(top, corner.y); y < top + h; y += step) {
    for (let x = first(left, corner.x); x < left + w; x += step) context.rect(x, y, side, side);
  }
  context.fill();
}
