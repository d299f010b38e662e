/** Rasterises painted hints, about as coarse as the engine uses them. */
import { CoverageSheet } from '../../canvas/coverage-sheet.js';
import type { PlacedPicture } from '../../canvas/layers.js';
import {
  RegionCanvas,
  type PhotoSize,
  type RegionDocument,
} from '../../../shared/regions/index.js';

const PIXELS = 200_000;

/** Picture of one painted hint; while a stroke grows, only its new end is rasterised. */
export class HintPaint {
  readonly #canvas: RegionCanvas;
  readonly #picture: CoverageSheet;
  #shown: RegionDocument | null = null;

  constructor(photo: PhotoSize) {
    const scale = Math.min(1, Math.sqrt(PIXELS / (photo.width * photo.height)));
    const [w, h] = [photo.width, photo.height].map((side) => Math.max(1, Math.ceil(side * scale)));
    const view = { scale, rect: { x: 0, y: 0, w: w!, h: h! } };
    this.#canvas = new RegionCanvas(photo, view);
    this.#picture = new CoverageSheet(view);
  }

  /**
   * Updates and returns the picture of a document with at least one operation; always the same
   * object.
   */
  show(paint: RegionDocument): PlacedPicture {
    if (this.#shown === paint) return this.#picture;
    const { coverage, view } = this.#canvas;
    const changed = this.#canvas.show(paint);
    const part = this.#shown === null ? view.rect : changed;
    this.#shown = paint;
    if (part !== null) {
      const rows = { ...view.rect, y: part.y, h: part.h };
      this.#picture.write(
        rows,
        coverage.subarray(part.y * view.rect.w, (part.y + part.h) * view.rect.w),
      );
    }
    return this.#picture;
  }
}
