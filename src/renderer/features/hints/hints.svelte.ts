/** State of the hints of the current photo: selection, drawing in progress, marks on the canvas. */
import * as m from '#texts/messages.js';
import { isInside, moveBox, resizeBox } from '../../canvas/box-handles.js';
import type { HintMark, Overlay } from '../../canvas/layers.js';
import { ARROWS, isArrow, type ToolKey } from '../../canvas/tool.js';
import type { Point } from '../../canvas/viewport.js';
import type { Editor } from '../../editor/editor.svelte.js';
import type { PhotoState } from '../../editor/photo.svelte.js';
import { addOperation, EVERYWHERE, type RegionDocument } from '../../../shared/regions/index.js';
import type { Hint } from '../../../shared/edit/hints.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import { BrushRing } from '../../editor/drawing/brush-ring.svelte.js';
import type { Trail } from '../../editor/drawing/trail.js';
import { HintPaint } from './hint-paint.js';

/** Step of the arrow keys in layout pixels. */
const STEP = 8;

export class Hints {
  selected = $state<string | null>(null);
  /** Strength of the next hint. */
  strength = $state(1);
  /** The tool paints instead of dragging boxes. */
  painting = $state(false);
  /** Box being drawn, moved or resized. */
  dragged = $state.raw<Rect | null>(null);
  /** Painting in progress, including what the hint had before. */
  painted = $state.raw<RegionDocument | null>(null);
  readonly #editor: Editor;
  readonly ring: BrushRing;
  readonly #paints = new WeakMap<PhotoState, Record<string, HintPaint>>();

  constructor(editor: Editor) {
    this.#editor = editor;
    this.ring = new BrushRing(editor.brush, editor.view);
  }

  get photo(): PhotoState | null {
    return this.#editor.photo;
  }

  get erase(): boolean {
    return this.#editor.brush.erase;
  }

  get selectedBox(): Rect | null {
    const hint = this.#selectedHint;
    return hint?.kind === 'box' ? boxOf(hint) : null;
  }

  /** Returns the hint's name, or a numbered default. */
  nameOf(hint: Hint, number: number): string {
    if (hint.name !== '') return hint.name;
    return hint.kind === 'box' ? m.hint_box_name({ number }) : m.hint_painted_name({ number });
  }

  addBox(rect: Rect): void {
    this.#add({ ...this.#fresh, kind: 'box', ...rect });
  }

  /** Selects the latest box hint under a point, or none. */
  selectAt(at: Point): void {
    const hit = (this.photo?.hints ?? []).findLast(
      (hint) => hint.kind === 'box' && isInside(hint, at),
    );
    this.selected = hit?.id ?? null;
  }

  /** Moves the selected box, as one step of history. */
  placeSelected(rect: Rect): void {
    if (this.selected !== null) this.photo?.changeHint(this.selected, rect);
  }

  /**
   * Moves the selected box, or its lower right corner with `resize`; consecutive presses are one
   * step.
   */
  nudge(dx: number, dy: number, resize: boolean): void {
    const { photo, selected, selectedBox: box } = this;
    if (photo === null || selected === null || box === null) return;
    const rect = resize
      ? resizeBox(box, { dx: 1, dy: 1 }, dx, dy, photo.info)
      : moveBox(box, dx, dy, photo.info);
    photo.changeHint(selected, rect, `hint ${selected} place`);
    const [x, y, w, h] = [rect.x, rect.y, rect.w, rect.h].map(Math.round);
    this.#editor.notices.say(m.say_hint_box({ x: x!, y: y!, width: w!, height: h! }));
  }

  /**
   * Handles a key for the selected hint: arrows move its box, with Shift its lower right corner;
   * Alt makes steps of one pixel. `unit`: photo pixels per layout pixel. Returns whether the key
   * was used.
   */
  press({ key, shift, alt, unit }: ToolKey): boolean {
    if (this.selected === null) return false;
    if (key === 'Escape') this.selected = null;
    else if (key === 'Delete' || key === 'Backspace') this.remove(this.selected);
    else {
      if (!isArrow(key) || this.selectedBox === null || this.painting) return false;
      const step = alt ? 1 : STEP * unit;
      const [dx, dy] = ARROWS[key];
      this.nudge(dx * step, dy * step, shift);
    }
    return true;
  }

  remove(id: string): void {
    this.photo?.removeHints([id]);
    if (this.selected === id) this.selected = null;
  }

  /** Shows a stroke in progress, on the selected painted hint or on a new one. */
  paint({ path, pressure }: Pick<Trail, 'path' | 'pressure'>, erase: boolean): void {
    const before = this.#paintedHint?.paint ?? EVERYWHERE;
    // Nothing to erase yet.
    if (erase && before.operations.length === 0) return;
    const { size, hardness } = this.#editor.brush;
    const mode = erase ? 'erase' : 'add';
    const brush = { kind: 'stroke', mode, size, hardness, flow: 1 } as const;
    this.painted = addOperation(before, { ...brush, pressure, path });
  }

  keepPaint(): void {
    const { photo, painted: paint } = this;
    if (photo === null || paint === null) return;
    const hint = this.#paintedHint;
    if (hint === null) this.#add({ ...this.#fresh, kind: 'painted', paint });
    else if (!photo.changeHint(hint.id, { paint })) {
      this.#editor.notices.show('warning', m.regions_full());
    }
  }

  get overlays(): Overlay[] {
    const { view } = this.#editor;
    // Shown while hints are edited; over an inspected map they would change its colours.
    const inspected = view.panel === 'inspect' && (view.mapPreview ?? view.map) !== null;
    const seen = view.panel === 'hints' || (view.tool === 'hint' && !inspected);
    const marks = seen ? this.marks : [];
    const list: Overlay[] = marks.length > 0 ? [{ kind: 'hints', marks }] : [];
    const ring = view.tool === 'hint' && this.painting ? this.ring.overlay : null;
    return ring === null ? list : [...list, ring];
  }

  get marks(): readonly HintMark[] {
    const { photo, dragged, painted, strength } = this;
    if (photo === null) return [];
    const marks = photo.hints.flatMap((hint) => this.#mark(photo, hint));
    if (dragged !== null && this.selectedBox === null) {
      marks.push({ kind: 'box', rect: dragged, strength, selected: true, handles: false });
    }
    if (painted !== null && this.#paintedHint === null) {
      const paint = this.#picture(photo, '', painted);
      marks.push({ kind: 'painted', paint, strength, selected: true });
    }
    return marks;
  }

  #mark(photo: PhotoState, hint: Hint): HintMark[] {
    const selected = hint.id === this.selected;
    const { strength } = hint;
    if (hint.kind === 'box') {
      const rect = selected ? (this.dragged ?? boxOf(hint)) : boxOf(hint);
      const handles = selected && this.#editor.view.tool === 'hint' && !this.painting;
      return [{ kind: 'box', rect, strength, selected, handles }];
    }
    const paint = selected ? (this.painted ?? hint.paint) : hint.paint;
    // Without operations the hint covers nothing, but rasterising it would cover everything.
    if (paint.operations.length === 0) return [];
    return [{ kind: 'painted', paint: this.#picture(photo, hint.id, paint), strength, selected }];
  }

  #picture(photo: PhotoState, id: string, paint: RegionDocument): ReturnType<HintPaint['show']> {
    const paints = this.#paints.get(photo) ?? {};
    this.#paints.set(photo, paints);
    paints[id] ??= new HintPaint(photo.info);
    return paints[id].show(paint);
  }

  get #selectedHint(): Hint | null {
    return this.photo?.hints.find(({ id }) => id === this.selected) ?? null;
  }

  get #paintedHint(): Extract<Hint, { kind: 'painted' }> | null {
    const hint = this.#selectedHint;
    return hint?.kind === 'painted' ? hint : null;
  }

  get #fresh(): { id: string; name: string; strength: number } {
    return { id: crypto.randomUUID(), name: '', strength: this.strength };
  }

  #add(hint: Hint): void {
    if (this.photo?.addHint(hint) === true) this.selected = hint.id;
    else this.#editor.notices.show('warning', m.hints_full());
  }
}

function boxOf({ x, y, w, h }: Rect): Rect {
  return { x, y, w, h };
}

/** Changes within this time, as of a slider, cause one run. */
const SETTLE_MS = 600;

/** Restores again what a changed hint affects; call it while a component initialises. */
export function rerunWhenHintsChange(editor: Editor): void {
  const rois = $derived(JSON.stringify(editor.photo?.settings.rois ?? []));
  let known: { photo: unknown; rois: string } | null = null;
  $effect(() => {
    const { photo } = editor;
    const before = known;
    known = { photo, rois };
    if (photo === null || before?.photo !== photo || before.rois === rois) return;
    const timer = setTimeout(() => {
      // Only after a finished run: a stopped one must stay stopped.
      if (photo.model.phase === 'finished' && photo.stale) void photo.restore(editor.view.visible);
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  });
}
