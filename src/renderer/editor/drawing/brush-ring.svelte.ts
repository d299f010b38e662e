/** Where a brush would paint: its rim, and inside it the part that it covers fully. */
import type { Overlay } from '../../canvas/layers.js';
import type { Point } from '../../canvas/viewport.js';
import type { Brush } from './brush.svelte.js';
import type { ViewState } from '../view.svelte.js';

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
    return { kind: 'ring', at, radius: size / 2, hardness, erase };
  }
}
