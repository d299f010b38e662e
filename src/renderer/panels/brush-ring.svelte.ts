/** Where a brush would paint: its rim, and inside it the part that it covers fully. */
import type { Overlay, Placement } from '../canvas/layers.js';
import { toPane, type Point } from '../canvas/viewport.js';
import type { Brush } from '../state/brush.svelte.js';
import type { ViewState } from '../state/view.svelte.js';

export class BrushRing {
  /** The pointer, in photo pixels; null: elsewhere. */
  at = $state.raw<Point | null>(null);
  /** Shift is held: the next stroke takes away. */
  shift = $state(false);
  readonly #brush: Brush;
  readonly #view: ViewState;

  constructor(brush: Brush, view: ViewState) {
    this.#brush = brush;
    this.#view = view;
  }

  /** At the keyboard's crosshair, or at the pointer. */
  get overlay(): Overlay | null {
    const at = this.#view.cursor ?? this.at;
    if (at === null || this.#view.hand) return null;
    const { size, hardness } = this.#brush;
    const erase = this.#brush.erase || this.shift;
    return {
      kind: 'custom',
      draw: (context, place) => drawRing(context, place, at, { radius: size / 2, hardness, erase }),
    };
  }
}

interface Ring {
  readonly radius: number;
  readonly hardness: number;
  readonly erase: boolean;
}

function drawRing(
  context: CanvasRenderingContext2D,
  { view, frame, palette, pixelRatio }: Placement,
  at: Point,
  { radius, hardness, erase }: Ring,
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
