/** Keeps the mask's pixels in the worker and returns what changed. */
import {
  RegionCanvas,
  type BrushStroke,
  type RegionDocument,
  type RegionOperation,
  type RegionView,
} from '../../../../shared/regions/index.js';
import type { PhotoSize } from '../../../../shared/regions/index.js';
import type { Rect } from '../../../../shared/contracts/restore.js';
import { PARTS, type Addition, type MaskRequest, type MaskUpdate } from './protocol.js';
import { sameView } from './views.js';

export class MaskServer {
  #operations = new Map<number, RegionOperation>();
  readonly #canvases = new Map<
    string,
    { readonly photo: PhotoSize; readonly canvas: RegionCanvas }
  >();

  /** Updates the views to the document; after an error the next answer starts from scratch. */
  answer(request: MaskRequest): { updates: MaskUpdate[]; share: number } {
    try {
      return this.#answer(request);
    } catch (error) {
      this.#operations.clear();
      this.#canvases.clear();
      throw error;
    }
  }

  #answer(request: MaskRequest): { updates: MaskUpdate[]; share: number } {
    const document = this.#read(request);
    const updates: MaskUpdate[] = [];
    for (const part of PARTS) {
      const view = request.views[part];
      if (view === null) this.#canvases.delete(part);
      else {
        const { canvas, fresh } = this.#canvas(part, request.photo, view);
        const changed = canvas.show(document);
        const rect = fresh ? view.rect : changed;
        if (rect !== null) updates.push({ part, view, rect, coverage: cut(canvas, rect) });
      }
    }
    return { updates, share: this.#share() };
  }

  #read({ operations, added }: MaskRequest): RegionDocument {
    for (const addition of added) this.#operations.set(addition.id, this.#whole(addition));
    const list = operations.map((id) => this.#known(id));
    this.#operations = new Map(operations.map((id, i) => [id, list[i]!]));
    return { operations: list };
  }

  #whole(addition: Addition): RegionOperation {
    if ('operation' in addition) return addition.operation;
    const stroke = this.#known(addition.of) as BrushStroke;
    return { ...stroke, path: stroke.path + addition.path };
  }

  #known(id: number): RegionOperation {
    const operation = this.#operations.get(id);
    if (operation === undefined) throw new Error(`Operation ${id} was never sent.`);
    return operation;
  }

  #canvas(
    part: string,
    photo: PhotoSize,
    view: RegionView,
  ): { canvas: RegionCanvas; fresh: boolean } {
    const there = this.#canvases.get(part);
    const samePhoto = there?.photo.width === photo.width && there.photo.height === photo.height;
    if (there && samePhoto && sameView(there.canvas.view, view)) {
      return { canvas: there.canvas, fresh: false };
    }
    const canvas = new RegionCanvas(photo, view);
    this.#canvases.set(part, { photo, canvas });
    return { canvas, fresh: true };
  }

  #share(): number {
    const base = this.#canvases.get('base')?.canvas.coverage;
    if (base === undefined) return 0;
    let sum = 0;
    for (const value of base) sum += value;
    return sum / (255 * base.length);
  }
}

/** Copies a part of the view. */
function cut({ coverage, view }: RegionCanvas, rect: Rect): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(rect.w * rect.h);
  for (let y = 0; y < rect.h; y++) {
    const from = (rect.y - view.rect.y + y) * view.rect.w + rect.x - view.rect.x;
    out.set(coverage.subarray(from, from + rect.w), y * rect.w);
  }
  return out;
}
