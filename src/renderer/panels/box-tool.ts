/** Drags a box over the photo: for hints. */
import type { CanvasTool, ToolInput } from '../canvas/tool.js';
import { dragRect, type Point, type Size } from '../canvas/viewport.js';
import type { Rect } from '../../shared/restore.js';

/** A hand's tremble, layout pixels: smaller boxes are clicks. */
const TREMBLE = 4;

export interface BoxTarget {
  readonly photo: () => Size | null;
  /** The box while it is dragged; null: none. */
  readonly shown: (rect: Rect | null) => void;
  readonly done: (rect: Rect) => void;
  /** A click that dragged nothing. */
  readonly clicked: (at: Point) => void;
}

export class BoxTool implements CanvasTool {
  readonly cursor = 'crosshair';
  readonly #target: BoxTarget;
  #from: Point | null = null;

  constructor(target: BoxTarget) {
    this.#target = target;
  }

  down({ at }: ToolInput): void {
    this.#from = at;
  }

  move(input: ToolInput, pressed: boolean): void {
    if (pressed) this.#target.shown(this.#box(input));
  }

  up(input: ToolInput): void {
    const box = this.#box(input);
    this.cancel();
    if (box !== null) this.#target.done(box);
    else this.#target.clicked(input.at);
  }

  cancel(): void {
    this.#from = null;
    this.#target.shown(null);
  }

  #box({ at, unit }: ToolInput): Rect | null {
    const size = this.#target.photo();
    if (this.#from === null || size === null) return null;
    const rect = dragRect(this.#from, at, size);
    const least = Math.max(1, TREMBLE * unit);
    return rect.w >= least && rect.h >= least ? rect : null;
  }
}
