/** Mask coverage on the photo as bytes, tracking the part that the painter has not received yet. */
import type { RegionView } from '../../shared/regions/index.js';
import type { Rect } from '../../shared/contracts/restore.js';

/** Part of a sheet, in its own pixels. */
export interface SheetPart {
  readonly rect: Rect;
  /** Coverage 0..255, row by row. */
  readonly coverage: Uint8Array<ArrayBuffer>;
}

/** Coverage bytes for a view of the photo; serves as a `PlacedPicture` of itself. */
export class CoverageSheet {
  readonly picture = this;
  readonly rect: Rect;
  readonly view: RegionView;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #changed: Rect | null = null;

  constructor(view: RegionView) {
    this.view = view;
    this.rect = placeOf(view);
    this.#bytes = new Uint8Array(view.rect.w * view.rect.h);
  }

  get width(): number {
    return this.view.rect.w;
  }

  get height(): number {
    return this.view.rect.h;
  }

  /** Writes coverage row by row; `rect` is in pixels of the view's scale. */
  write(rect: Rect, coverage: Uint8Array): void {
    const x = rect.x - this.view.rect.x;
    const y = rect.y - this.view.rect.y;
    for (let row = 0; row < rect.h; row++) {
      const from = coverage.subarray(row * rect.w, (row + 1) * rect.w);
      this.#bytes.set(from, (y + row) * this.width + x);
    }
    this.#changed = union(this.#changed, { ...rect, x, y });
  }

  /** Returns the whole sheet, for a painter that has nothing of it. */
  whole(): SheetPart {
    this.#changed = { x: 0, y: 0, w: this.width, h: this.height };
    return this.takeChanged()!;
  }

  /** Returns the part written since the last call; `null` if there was none. */
  takeChanged(): SheetPart | null {
    const rect = this.#changed;
    if (rect === null) return null;
    this.#changed = null;
    const coverage = new Uint8Array(rect.w * rect.h);
    for (let row = 0; row < rect.h; row++) {
      const from = (rect.y + row) * this.width + rect.x;
      coverage.set(this.#bytes.subarray(from, from + rect.w), row * rect.w);
    }
    return { rect, coverage };
  }
}

/** Returns the part of the photo that a view's pixels cover, in photo pixels. */
export function placeOf({ rect, scale }: RegionView): Rect {
  return { x: rect.x / scale, y: rect.y / scale, w: rect.w / scale, h: rect.h / scale };
}

function union(a: Rect | null, b: Rect): Rect {
  if (a === null) return b;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    w: Math.max(a.x + a.w, b.x + b.w) - x,
    h: Math.max(a.y + a.h, b.y + b.h) - y,
  };
}
