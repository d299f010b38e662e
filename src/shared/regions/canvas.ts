/**
 * The mask of one view while it is being painted. Between two documents that share their beginning only what is new is
 * computed, and of a stroke that grows only its new end. The bytes are always those of `rasterise`.
 */
import type { Rect } from '../contracts/restore.js';
import { effectiveOperations, startsFull } from './document.js';
import type { BrushStroke, RegionDocument, RegionOperation } from './document.js';
import { applySpread, evaluate, invert, isSpread, layerOf } from './evaluate.js';
import { blank, copyPixels, frameBounds, FULL, intersect, isEmpty, paint } from './pixels.js';
import {
  unite,
  writeBytes,
  type Frame,
  type Layer,
  type PhotoSize,
  type Pixels,
} from './pixels.js';
import { checkView, type RegionView } from './rasterise.js';
import { hasPressure, StrokeLayer } from './stroke.js';

const NOTHING: Rect = { x: 0, y: 0, w: 0, h: 0 };

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
  /** Whether `#before` really is what was before the last operation (after an undo it is not known). */
  #undoable = false;
  #growing: { readonly stroke: BrushStroke; readonly layer: StrokeLayer } | null = null;

  /** Begins without a mask: everywhere. */
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

  /** Brings the coverage up to a document. Returns the part that changed, in pixels of the view's scale; null: none. */
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
    if (startsFull(shown) !== startsFull(next)) return this.#restart(next);
    if (same === shown.length) return this.#append(next, same);
    if (same === shown.length - 1 && this.#undoable) {
      const grown = this.#growStroke(shown[same]!, next, same);
      if (grown) return grown;
      const undone = this.#undo();
      return unite(undone, this.#append(next, same));
    }
    return this.#restart(next);
  }

  #restart(next: readonly RegionOperation[]): Rect {
    this.#growing = null;
    // All but the last from scratch, so that the last can be replaced at once (a stroke being drawn, an undo).
    this.#current = evaluate(next.slice(0, -1), this.#frame, this.#inside);
    if (next.length > 0 && startsFull(next) !== startsFull(next.slice(0, -1))) {
      this.#current = blank(this.#inside, startsFull(next) ? FULL : 0);
    }
    copyPixels(this.#current, this.#before);
    this.#lastArea = NOTHING;
    this.#undoable = false;
    this.#append(next, Math.max(0, next.length - 1));
    return this.#inside;
  }

  #append(next: readonly RegionOperation[], from: number): Rect {
    let changed = NOTHING;
    for (let i = from; i < next.length; i++) {
      copyPixels(this.#current, this.#before, this.#lastArea);
      this.#growing = null;
      this.#lastArea = intersect(this.#apply(next, i), this.#inside);
      this.#undoable = true;
      changed = unite(changed, this.#lastArea);
    }
    return changed;
  }

  /** Returns what can have changed. */
  #apply(operations: readonly RegionOperation[], index: number): Rect {
    const operation = operations[index]!;
    if (isSpread(operation)) {
      const whole = frameBounds(this.#frame);
      if (this.#inside.w === whole.w && this.#inside.h === whole.h) {
        applySpread(this.#current, operation, this.#frame.scale);
      } else {
        // What lies around the view is needed too.
        this.#current = evaluate(operations.slice(0, index + 1), this.#frame, this.#inside);
      }
      return this.#inside;
    }
    if (operation.kind === 'invert') invert(this.#current);
    if (!('mode' in operation)) return this.#inside;
    const layer: Layer = layerOf(operation, this.#frame, this.#inside);
    paint(this.#current, layer, operation.mode);
    return layer.bounds;
  }

  #undo(): Rect {
    copyPixels(this.#before, this.#current, this.#lastArea);
    const changed = this.#lastArea;
    this.#lastArea = NOTHING;
    this.#undoable = false;
    this.#growing = null;
    return changed;
  }

  /** The last stroke with more points at its end: only those are drawn. null: it is something else. */
  #growStroke(old: RegionOperation, next: readonly RegionOperation[], index: number): Rect | null {
    const stroke = next[index];
    if (next.length !== index + 1 || !stroke || !continues(old, stroke)) return null;
    let part: Rect;
    let layer: StrokeLayer;
    if (this.#growing?.stroke === old) {
      layer = this.#growing.layer;
      part = layer.extend(stroke.points.slice(this.#growing.stroke.points.length));
    } else {
      layer = new StrokeLayer(stroke, this.#frame.scale, this.#inside, true);
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

/** Whether `next` is the stroke `old` with more points at its end. */
function continues(old: RegionOperation, next: RegionOperation): next is BrushStroke {
  if (old.kind !== 'stroke' || next.kind !== 'stroke') return false;
  const { points } = old;
  return (
    old.mode === next.mode &&
    old.size === next.size &&
    old.hardness === next.hardness &&
    old.flow === next.flow &&
    next.points.length > points.length &&
    hasPressure(points) === hasPressure(next.points) &&
    points.every((point, i) => point.every((value, k) => value === next.points[i]![k]))
  );
}
