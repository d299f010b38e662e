/** The hints on the canvas: their marks, which one is selected, and the tool that drags new ones. */
import type { HintMark } from '../canvas/layers.js';
import type { Rect } from '../../shared/restore.js';
import type { App } from '../state/app.svelte.js';
import { BoxTool } from './box-tool.js';

export class Hints {
  selected = $state<string | null>(null);
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
      done: (rect) => this.#add(rect),
      clicked: ({ x, y }) => {
        const inside = (box: Rect): boolean =>
          x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
        // The newest lies on top.
        const hit = app.photo?.hints.findLast((hint) => hint.kind === 'box' && inside(hint));
        this.selected = hit?.id ?? null;
      },
    });
  }

  #add(rect: Rect): void {
    const id = crypto.randomUUID();
    const { strength } = this;
    const added = this.#app.photo?.addHint({ id, name: '', kind: 'box', strength, ...rect });
    if (added === true) this.selected = id;
  }

  get marks(): readonly HintMark[] {
    const marks = (this.#app.photo?.hints ?? []).flatMap((hint) => {
      if (hint.kind !== 'box') return [];
      const { id, strength, x, y, w, h } = hint;
      return [{ rect: { x, y, w, h }, strength, selected: id === this.selected }];
    });
    if (this.#dragged === null) return marks;
    return [...marks, { rect: this.#dragged, strength: this.strength, selected: true }];
  }
}
