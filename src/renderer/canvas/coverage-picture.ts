/** Coverage as a picture that the canvas can blend with: the bytes are its alpha. Parts of it can be replaced. */
import { placeOf } from '../mask/views.js';
import type { RegionView } from '../../shared/regions/index.js';
import type { Rect } from '../../shared/restore.js';
import type { PlacedPicture } from './layers.js';
import { widestContext } from './surface.js';

export class CoveragePicture implements PlacedPicture {
  readonly picture: HTMLCanvasElement;
  readonly rect: Rect;
  readonly view: RegionView;
  readonly #context: CanvasRenderingContext2D;

  constructor(view: RegionView) {
    this.view = view;
    this.rect = placeOf(view);
    this.picture = document.createElement('canvas');
    this.picture.width = view.rect.w;
    this.picture.height = view.rect.h;
    // In the canvas's own colour space: converting it would cost time at every draw.
    this.#context = widestContext(this.picture);
  }

  /** `rect` in pixels of the view's scale, its coverage row by row. */
  write(rect: Rect, coverage: Uint8Array): void {
    const pixels = new ImageData(rect.w, rect.h);
    const { data } = pixels;
    for (let i = 0; i < coverage.length; i++) data[4 * i + 3] = coverage[i]!;
    this.#context.putImageData(pixels, rect.x - this.view.rect.x, rect.y - this.view.rect.y);
  }
}
