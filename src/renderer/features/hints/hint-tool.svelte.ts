/** Pointer tool for hints: drags new boxes, moves and resizes the selected one, or paints. */
import { handleAt, handleCursor, isInside, moveBox, resizeBox } from '../../canvas/box-handles.js';
import type { Handle } from '../../canvas/box-handles.js';
import { HANDLE } from '../../canvas/draw-hints.js';
import type { CanvasTool, ToolInput, ToolKey } from '../../canvas/tool.js';
import { dragRect, type Point } from '../../canvas/viewport.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { Hints } from './hints.svelte.js';
import { Trail } from '../../editor/drawing/trail.js';

/** Smaller drags count as clicks; layout pixels. */
const CLICK_TOLERANCE = 4;
/** Drag in progress: a new box, or the selected one being moved (`handle` null) or resized. */
type Drag =
  | { readonly kind: 'new'; readonly from: Point }
  | {
      readonly kind: 'change';
      readonly from: Point;
      readonly box: Rect;
      readonly handle: Handle | null;
    };

export class HintTool implements CanvasTool {
  cursor = $state('crosshair');
  readonly #hints: Hints;
  readonly #trail = new Trail(true);
  #drag: Drag | null = null;
  #erase = false;

  constructor(hints: Hints) {
    this.#hints = hints;
  }

  down(input: ToolInput): void {
    this.#point(input);
    const { selectedBox } = this.#hints;
    if (this.#hints.painting) {
      this.#erase = input.shift || this.#hints.erase;
      this.#trail.begin(input);
      this.#hints.paint(this.#trail, this.#erase);
    } else if (selectedBox !== null && this.#grips(selectedBox, input)) {
      const handle = handleAt(selectedBox, input.at, this.#reach(input));
      this.#drag = { kind: 'change', from: input.at, box: selectedBox, handle };
    } else {
      this.#hints.selected = null;
      this.#drag = { kind: 'new', from: input.at };
    }
  }

  move(input: ToolInput, pressed: boolean): void {
    this.#point(input);
    if (!pressed) return;
    if (this.#hints.painting) {
      if (this.#trail.add(input)) this.#hints.paint(this.#trail, this.#erase);
    } else this.#hints.dragged = this.#box(input);
  }

  up(input: ToolInput): void {
    this.move(input, true);
    const drag = this.#drag;
    const { dragged } = this.#hints;
    if (this.#hints.painting) this.#hints.keepPaint();
    else if (dragged === null) this.#hints.selectAt(input.at);
    else if (drag?.kind === 'new') this.#hints.addBox(dragged);
    else this.#hints.placeSelected(dragged);
    this.cancel();
  }

  cancel(): void {
    this.#drag = null;
    this.#trail.clear();
    this.#hints.dragged = null;
    this.#hints.painted = null;
  }

  leave(): void {
    this.#hints.ring.at = null;
  }

  key(key: ToolKey): boolean {
    return this.#hints.press(key);
  }

  #point(input: ToolInput): void {
    this.#hints.ring.at = input.at;
    this.#hints.ring.shift = input.shift;
    this.cursor = this.#cursorAt(input);
  }

  #cursorAt(input: ToolInput): string {
    const { painting, selectedBox } = this.#hints;
    if (this.#drag !== null) return this.cursor;
    if (painting || selectedBox === null) return 'crosshair';
    const handle = handleAt(selectedBox, input.at, this.#reach(input));
    if (handle !== null) return handleCursor(handle);
    return isInside(selectedBox, input.at) ? 'move' : 'crosshair';
  }

  #grips(box: Rect, input: ToolInput): boolean {
    return handleAt(box, input.at, this.#reach(input)) !== null || isInside(box, input.at);
  }

  #reach({ unit }: ToolInput): number {
    return HANDLE * unit;
  }

  /** Returns the box dragged so far; `null` for a click. */
  #box({ at, unit }: ToolInput): Rect | null {
    const drag = this.#drag;
    const photo = this.#hints.photo?.info;
    if (drag === null || photo === undefined) return null;
    const least = Math.max(1, CLICK_TOLERANCE * unit);
    const [dx, dy] = [at.x - drag.from.x, at.y - drag.from.y];
    if (drag.kind === 'new') {
      const rect = dragRect(drag.from, at, photo);
      return rect.w >= least && rect.h >= least ? rect : null;
    }
    if (this.#hints.dragged === null && Math.hypot(dx, dy) < least) return null;
    return drag.handle === null
      ? moveBox(drag.box, dx, dy, photo)
      : resizeBox(drag.box, drag.handle, dx, dy, photo);
  }
}
