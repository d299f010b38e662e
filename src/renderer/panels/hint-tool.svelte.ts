/** The hints on the canvas: their marks, which one is selected, and the tool that drags new ones. */
import type { HintMark } from '../canvas/layers.js';
import type { Rect } from '../../shared/restore.js';
import type { App } from '../state/app.svelte.js';
import { BoxTool } from './box-tool.js';

export class Hints {
  selected = $state<number | null>(null);
  /** The strength of the next one. */
  strength = $state(1);
  #dragged = $state.raw<Rect | null>(null);
  readonly tool: BoxTool;
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    this.tool = new BoxTool({
      photo: () => app.photo?.info ?? null,
      shown: (rect) => (this.#dragged = rect),
      done: (rect) => (this.selected = app.photo?.addHint(rect, this.strength).id ?? null),
      clicked: ({ x, y }) => {
        const inside = ({ rect }: { rect: Rect }): boolean =>
          x >= rect.x && x < rect.x + rect.w && y >= rect.y && y < rect.y + rect.h;
        // The newest lies on top.
        this.selected = app.photo?.hints.findLast(inside)?.id ?? null;
      },
    });
  }

  get marks(): readonly HintMark[] {
    const marks = (this.#app.photo?.hints ?? []).map(({ id, rect, strength }) => ({
      rect,
      strength,
      selected: id === this.selected,
    }));
    if (this.#dragged === null) return marks;
    return [...marks, { rect: this.#dragged, strength: this.strength, selected: true }];
  }
}
