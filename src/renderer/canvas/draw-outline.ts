/** Draws outlines of regions and the ring of a brush. */
import type { OutlinedOperation, Placement, Ring } from './layers.js';
import { pathOf } from '../../shared/regions/index.js';
import { toPane } from './viewport.js';

export function drawOutline(
  context: OffscreenCanvasRenderingContext2D,
  place: Placement,
  operation: OutlinedOperation,
): void {
  const path = outlinePath(place, operation);
  const { palette, pixelRatio } = place;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  const stroke = (colour: string, width: number): void => {
    context.strokeStyle = colour;
    context.lineWidth = width * pixelRatio;
    context.stroke(path);
  };
  stroke(palette.ink, 3);
  // Erasing operations are dashed, which is visible without the hue.
  context.setLineDash(operation.mode === 'erase' ? [5 * pixelRatio, 5 * pixelRatio] : []);
  stroke(palette.paper, 1.5);
}

function outlinePath({ view, frame }: Placement, operation: OutlinedOperation): Path2D {
  const path = new Path2D();
  if (operation.kind === 'stroke' || operation.kind === 'lasso') {
    const { values, stride } = pathOf(operation);
    for (let at = 0; at < values.length; at += stride) {
      const on = toPane(view, frame, { x: values[at]!, y: values[at + 1]! });
      path.lineTo(on.x, on.y);
    }
    // A single point gets a circle.
    if (values.length === stride) {
      const { x, y } = toPane(view, frame, { x: values[0]!, y: values[1]! });
      const radius = (operation.kind === 'stroke' ? operation.size / 2 : 1) * view.scale;
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    }
    if (operation.kind === 'lasso') path.closePath();
    return path;
  }
  const { x, y } = toPane(view, frame, operation);
  const [w, h] = [operation.w * view.scale, operation.h * view.scale];
  if (operation.kind === 'rectangle') path.rect(x, y, w, h);
  else path.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  return path;
}

export function drawRing(
  context: OffscreenCanvasRenderingContext2D,
  { view, frame, palette, pixelRatio }: Placement,
  { at, radius, hardness, erase }: Ring,
): void {
  const { x, y } = toPane(view, frame, at);
  const circle = (r: number, colour: string, width: number, dash: number[]): void => {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width * pixelRatio;
    context.setLineDash(dash.map((length) => length * pixelRatio));
    context.stroke();
  };
  // An erasing brush is dashed, which is visible without the hue.
  const rim = Math.max(1, radius * view.scale);
  circle(rim, palette.ink, 3, []);
  circle(rim, palette.paper, 1.5, erase ? [5, 4] : []);
  const core = rim * hardness;
  if (core < 4 * pixelRatio || rim - core < 3 * pixelRatio) return;
  circle(core, palette.ink, 2, [1, 3]);
  circle(core, palette.paper, 1, [1, 3]);
}
