/**
 * Keeps the mask of one view up to date while it is painted. From one document to the next only new
 * operations are evaluated, of a growing stroke only its new end, and undoing restores saved
 * pixels. The bytes always equal those of `rasterise`.
 */
import type { Rect } from '../contracts/restore.js';
import { effectiveOperations, startsFull, strideOf } from './document.js';
import type { BrushStroke, RegionDocument, RegionOperation } from './document.js';
import { applySpread, evaluate, invert, isSpread, layerOf } from './evaluate.js';
import { unpackPath } from './path.js';
import { blank, copyPixels, frameBounds, FULL, intersect, isEmpty, paint } from './pixels.js';
import { unite, writeBytes, type Frame, type PhotoSize, type Pixels } from './pixels.js';
import { checkView, type RegionView } from './rasterise.js';
import { StrokeLayer } from './stroke.js';

const NOTHING: Rect = { x: 0, y: 0, w: 0, h: 0 };
/** Memory for undoing: pixels that the last operations replaced, two bytes each. */
const MAX_REPLACED = 8_000_000;
/** Operations that can be undone one by one after a restart. */
const UNDOABLE_AFTER_RESTART = 64;

/** The pixels after the first `count` operations. */
interface Checkpoint {
  readonly count: number;
  readonly pixels: Pixels;
}

export class RegionCanvas {
  /** Coverage 0..255 of the view, row by row; changed in place by `show`. */
  readonly coverage: Uint8Array<ArrayBuffer>;
  readonly view: RegionView;
  readonly #frame: Frame;
  readonly #inside: Rect;
  #shown: readonly RegionOperation[] = [];
  /** After all operations, and after all but the last; they differ inside `#lastArea` only. */
  #current: Pixels;
  #before: Pixels;
  #lastArea: Rect = NOTHING;
  /**
   * Whether `#before` really precedes the last operation (unknown after more undoing than was
   * recorded).
   */
  #undoable = false;
  /** Pixels that the operations before the last one replaced, the newest at the end. */
  #replaced: Pixels[] = [];
  /** Where a restart can begin, by count; each halves the way from the one before to the end. */
  #checkpoints: Checkpoint[] = [];
  #growing: { readonly stroke: BrushStroke; readonly layer: StrokeLayer } | null = null;

  /** Starts without a mask: everywhere. */
  constructor(photo: PhotoSize, view: RegionView) {
    checkView(photo, view);
    this.view = view;
    this.#frame = { photo, scale: view.scale };
    this.#inside = intersect(view.rect, frameBounds(this.#frame));
    this.coverage = new Uint8Array(view.rect.w * view.rect.h);
    this.#current = blank(this.#inside, FULL);
    this.#before = blank(this.#inside, FULL);
    this.#write(this.#inside);
  }

  /**
   * Updates the coverage. Returns the changed part in pixels at the view's scale, or `null` if
   * nothing changed.
   */
  show(document: RegionDocument): Rect | null {
    const next = effectiveOperations(document);
    const changed = intersect(this.#change(next), this.#inside);
    this.#shown = next;
    if (isEmpty(changed)) return null;
    this.#write(changed);
    return changed;
  }

  #change(next: readonly RegionOperation[]): Rect {
    const shown = this.#shown;
    const same = sharedLength(shown, next);
    if (same === shown.length && same === next.length) return NOTHING;
    if (startsFull(shown) !== startsFull(next)) return this.#restart(next, same);
    const undone = shown.length - same;
    const recorded = this.#undoable ? 1 + this.#replaced.length : 0;
    if (undone > recorded) return this.#restart(next, same);
    const grown = undone === 1 ? this.#growStroke(shown[same]!, next, same) : null;
    if (grown) return grown;
    let changed = NOTHING;
    for (let i = 0; i < undone; i++) changed = unite(changed, this.#undo());
    return unite(changed, this.#append(next, same));
  }

  /** `same`: how many operations at the beginning are unchanged. */
  #restart(next: readonly RegionOperation[], same: number): Rect {
    this.#checkpoints = this.#checkpoints.filter(({ count }) => count <= same);
    const begin = this.#begin(next);
    this.#current = begin.pixels;
    const end = Math.max(begin.count, next.length - UNDOABLE_AFTER_RESTART);
    for (let at = begin.count; at < end;) {
      const left = end - at;
      const to = left > UNDOABLE_AFTER_RESTART ? at + Math.ceil(left / 2) : end;
      for (; at < to; at++) this.#apply(next, at);
      this.#checkpoints.push({ count: at, pixels: this.#copy() });
    }
    copyPixels(this.#current, this.#before);
    this.#forget();
    this.#replaced = [];
    this.#append(next, end);
    return this.#inside;
  }

  /** Returns the latest pixels from which the operations can be applied one after another. */
  #begin(next: readonly RegionOperation[]): Checkpoint {
    // Feathering inside a partial view needs a whole evaluation, so it is not repeated.
    const spread = next.slice(0, -1).findLastIndex(isSpread);
    const checkpoint = this.#checkpoints.at(-1);
    if (checkpoint && checkpoint.count > spread) {
      copyPixels(checkpoint.pixels, this.#current);
      return { count: checkpoint.count, pixels: this.#current };
    }
    const count = spread + 1;
    const pixels =
      count === 0
        ? blank(this.#inside, startsFull(next) ? FULL : 0)
        : evaluate(next.slice(0, count), this.#frame, this.#inside);
    return { count, pixels };
  }

  #copy(): Pixels {
    const { rect, data } = this.#current;
    return { rect, data: data.slice() };
  }

  #append(next: readonly RegionOperation[], from: number): Rect {
    let changed = NOTHING;
    for (let i = from; i < next.length; i++) {
      this.#record();
      copyPixels(this.#current, this.#before, this.#lastArea);
      this.#growing = null;
      this.#lastArea = intersect(this.#apply(next, i), this.#inside);
      this.#undoable = true;
      changed = unite(changed, this.#lastArea);
    }
    return changed;
  }

  /** Records what the last operation replaced, before another one follows. */
  #record(): void {
    if (!this.#undoable) {
      this.#replaced = [];
      return;
    }
    const pixels = blank(this.#lastArea, 0);
    copyPixels(this.#before, pixels);
    this.#replaced.push(pixels);
    let total = this.#replaced.reduce((sum, { data }) => sum + data.length, 0);
    while (total > MAX_REPLACED) total -= this.#replaced.shift()!.data.length;
  }

  /** Applies one operation. Returns what it can have changed. */
  #apply(operations: readonly RegionOperation[], index: number): Rect {
    const operation = operations[index]!;
    if (isSpread(operation)) {
      const whole = frameBounds(this.#frame);
      if (this.#inside.w === whole.w && this.#inside.h === whole.h) {
        applySpread(this.#current, operation, this.#frame.scale);
      } else {
        // The surroundings of the view are needed too.
        this.#current = evaluate(operations.slice(0, index + 1), this.#frame, this.#inside);
      }
      return this.#inside;
    }
    if (operation.kind === 'invert') invert(this.#current);
    if (!('mode' in operation)) return this.#inside;
    const layer = layerOf(operation, this.#frame, this.#inside);
    paint(this.#current, layer, operation.mode);
    return layer.bounds;
  }

  /**
   * Undoes the last operation; the one before it becomes the last. Returns what can have changed.
   */
  #undo(): Rect {
    const changed = this.#lastArea;
    copyPixels(this.#before, this.#current, changed);
    this.#forget();
    const replaced = this.#replaced.pop();
    if (replaced) {
      copyPixels(replaced, this.#before, replaced.rect);
      this.#lastArea = replaced.rect;
      this.#undoable = true;
    }
    return changed;
  }

  #forget(): void {
    this.#lastArea = NOTHING;
    this.#undoable = false;
    this.#growing = null;
  }

  /** Draws the new points of the last stroke. Returns `null` if the change is of another kind. */
  #growStroke(old: RegionOperation, next: readonly RegionOperation[], index: number): Rect | null {
    const stroke = next[index];
    if (next.length !== index + 1 || !stroke || !continues(old, stroke)) return null;
    let part: Rect;
    let layer: StrokeLayer;
    if (this.#growing?.stroke === old) {
      layer = this.#growing.layer;
      const added = stroke.path.slice(this.#growing.stroke.path.length);
      const path = unpackPath(added, strideOf(stroke), layer.end);
      if (path === null) return null;
      part = layer.extend(path);
    } else {
      layer = StrokeLayer.of(stroke, this.#frame.scale, this.#inside, true);
      part = layer.bounds;
    }
    this.#growing = { stroke, layer };
    copyPixels(this.#before, this.#current, part);
    paint(this.#current, layer, stroke.mode, part);
    this.#lastArea = unite(this.#lastArea, part);
    return part;
  }

  #write(part: Rect): void {
    writeBytes(this.#current, this.coverage, this.view.rect, part);
  }
}

function sharedLength(a: readonly RegionOperation[], b: readonly RegionOperation[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** Returns whether `next` is the stroke `old` with more points at its end. */
export function continues(old: RegionOperation, next: RegionOperation): next is BrushStroke {
  return (
    old.kind === 'stroke' &&
    next.kind === 'stroke' &&
    old.mode === next.mode &&
    old.size === next.size &&
    old.hardness === next.hardness &&
    old.flow === next.flow &&
    old.pressure === next.pressure &&
    next.path.length > old.path.length &&
    next.path.startsWith(old.path)
  );
}
