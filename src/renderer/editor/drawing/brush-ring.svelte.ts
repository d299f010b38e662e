/** Ring that shows where the brush would paint: its rim and its fully covered core. */
import type { Overlay } from '../../canvas/layers.js';
import type { Point } from '../../canvas/viewport.js';
import type { Brush } from './brush.svelte.js';
import type { ViewState } from '../view.svelte.js';

export class BrushRing {
  /** Pointer in photo pixels; `null` outside the canvas. */
  at = $state.raw<Point | null>(null);
  /** Shift is held: the next stroke erases. */
  shift = $state(false);
  readonly #brush: Brush;
  readonly #view: ViewState;

  constructor(brush: Brush, view: ViewState) {
    this.#brush = brush;
    this.#view = view;
  }

  /** Ring at the keyboard's crosshair or the pointer. */
  get overlay(): Overlay | null {
    const at = this.#view.cursor ?? this.at;
    if (at === null || this.#view.hand) return null;
    const { size, hardness } = this.#brush;
    const erase = this.#brush.erase || this.shift;
    return { kind: 'ring', at, radius: size / 2, hardness, erase };
  }
}
