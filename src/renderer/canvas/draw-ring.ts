/** A brush's ring: its rim, and inside it the part that it covers fully. */
import type { Placement, Ring } from './layers.js';
import { toPane } from './viewport.js';

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
  // What takes away is dashed: told apart without a hue.
  const rim = Math.max(1, radius * view.scale);
  circle(rim, palette.ink, 3, []);
  circle(rim, palette.paper, 1.5, erase ? [5, 4] : []);
  const core = rim * hardness;
  if (core < 4 * pixelRatio || rim - core < 3 * pixelRatio) return;
  circle(core, palette.ink, 2, [1, 3]);
  circle(core, palette.paper, 1, [1, 3]);
}
