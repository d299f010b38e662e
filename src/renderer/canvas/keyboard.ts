/** The canvas by keyboard: arrows move the photo, or with a drawing tool the crosshair; Enter presses and lets go. */
import type { ViewState } from '../state/view.svelte.js';
import type { CanvasTool, ToolInput } from './tool.js';

const ARROWS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
} as const;

/** Layout pixels. */
const STEP = 8;
const LARGE_STEP = 64;

function isArrow(key: string): key is keyof typeof ARROWS {
  return Object.hasOwn(ARROWS, key);
}

export class CanvasKeyboard {
  readonly #view: ViewState;
  readonly #tool: () => CanvasTool | null;
  #pressed = false;

  constructor(view: ViewState, tool: () => CanvasTool | null) {
    this.#view = view;
    this.#tool = tool;
  }

  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const tool = this.#tool();
    if (isArrow(event.key)) {
      if (tool === null) this.#view.panKey(event.key, event.shiftKey);
      else this.#move(tool, event);
    } else if (event.key === 'Enter' && tool !== null) this.#toggle(tool, event);
    else if (event.key === 'Escape' && this.#pressed) this.cancel();
    else return;
    event.preventDefault();
  }

  cancel(): void {
    if (this.#pressed) this.#tool()?.cancel();
    this.#pressed = false;
  }

  #move(tool: CanvasTool, event: KeyboardEvent): void {
    const [dx, dy] = ARROWS[event.key as keyof typeof ARROWS];
    const step = (event.shiftKey ? LARGE_STEP : event.altKey ? 1 : STEP) * this.#view.pixelRatio;
    this.#view.moveCursor(dx * step, dy * step);
    tool.move(this.#input(event), this.#pressed);
  }

  #toggle(tool: CanvasTool, event: KeyboardEvent): void {
    // The first press may come before any arrow: the crosshair begins in the middle.
    this.#view.moveCursor(0, 0);
    this.#pressed = !this.#pressed;
    if (this.#pressed) tool.down(this.#input(event));
    else tool.up(this.#input(event));
  }

  #input(event: KeyboardEvent): ToolInput {
    const { cursor, viewport, pixelRatio } = this.#view;
    return {
      at: cursor ?? { x: viewport.x, y: viewport.y },
      pressure: 1,
      shift: false,
      alt: event.altKey,
      unit: pixelRatio / viewport.scale,
    };
  }
}
