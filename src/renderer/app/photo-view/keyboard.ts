/**
 * Canvas by keyboard: arrows move the photo, or the crosshair of a drawing tool; Enter presses and
 * releases. Every action is announced to screen readers.
 */
import * as m from '#texts/messages.js';
import type { ViewState } from '../../editor/view.svelte.js';
import { ARROWS, isArrow, type Arrow, type CanvasTool, type ToolInput } from '../../canvas/tool.js';

/** Step of the arrow keys in layout pixels; with Alt, one device pixel. */
const STEP = 8;
const LARGE_STEP = 10 * STEP;

export class CanvasKeyboard {
  readonly #view: ViewState;
  readonly #tool: () => CanvasTool | null;
  readonly #say: (text: string) => void;
  /** Tool whose gesture Enter has begun. */
  #pressed: CanvasTool | null = null;

  constructor(view: ViewState, tool: () => CanvasTool | null, say: (text: string) => void) {
    this.#view = view;
    this.#tool = tool;
    this.#say = say;
  }

  press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey) return;
    const tool = this.#tool();
    // The tool changed during a gesture.
    if (this.#pressed !== null && this.#pressed !== tool) this.cancel();
    if (tool === null) {
      if (!isArrow(event.key)) return;
      this.#view.panKey(event.key, event.shiftKey);
    } else if (!this.#use(tool, event)) return;
    event.preventDefault();
  }

  /** Aborts the gesture in progress. */
  cancel(): void {
    if (this.#pressed === null) return;
    this.#pressed.cancel();
    this.#pressed = null;
    this.#say(m.say_draw_cancelled());
  }

  #use(tool: CanvasTool, event: KeyboardEvent): boolean {
    const { key, shiftKey: shift, altKey: alt } = event;
    if (this.#pressed === null && tool.key?.({ key, shift, alt, unit: this.#unit }) === true) {
      return true;
    }
    if (isArrow(key)) this.#move(tool, event, key);
    else if (key === 'Enter') this.#toggle(tool, event);
    else if (key === 'Escape' && this.#pressed !== null) this.cancel();
    else return false;
    return true;
  }

  #move(tool: CanvasTool, event: KeyboardEvent, key: Arrow): void {
    const [dx, dy] = ARROWS[key];
    const { pixelRatio } = this.#view;
    const step = event.altKey ? 1 : (event.shiftKey ? LARGE_STEP : STEP) * pixelRatio;
    this.#view.moveCursor(dx * step, dy * step);
    tool.move(this.#input(event), this.#pressed !== null);
    this.#say(m.say_place(this.#place()));
  }

  #toggle(tool: CanvasTool, event: KeyboardEvent): void {
    if (event.repeat) return;
    // Without an arrow key before, the crosshair starts in the middle.
    this.#view.moveCursor(0, 0);
    if (this.#pressed === null) {
      this.#pressed = tool;
      tool.down(this.#input(event));
      this.#say(m.say_draw_begun(this.#place()));
    } else {
      this.#pressed = null;
      tool.up(this.#input(event));
      this.#say(m.say_draw_ended(this.#place()));
    }
  }

  get #unit(): number {
    return this.#view.pixelRatio / this.#view.viewport.scale;
  }

  #place(): { x: number; y: number } {
    const { x, y } = this.#view.cursor ?? this.#view.viewport;
    return { x: Math.round(x), y: Math.round(y) };
  }

  #input(event: KeyboardEvent): ToolInput {
    const { cursor, viewport } = this.#view;
    return {
      at: cursor ?? { x: viewport.x, y: viewport.y },
      pressure: 1,
      pen: false,
      // Shift makes arrow steps larger here; erasing is chosen in the panel.
      shift: false,
      alt: event.altKey,
      unit: this.#unit,
    };
  }
}
