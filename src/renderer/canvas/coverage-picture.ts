/** Coverage as a picture that the canvas can blend with: the bytes are its alpha. Parts of it can be replaced. */
import type { SheetPart } from './coverage-sheet.js';
import { widestContext } from './surface.js';

export class CoveragePicture {
  readonly picture: OffscreenCanvas;
  readonly #context: OffscreenCanvasRenderingContext2D;

  constructor(width: number, height: number) {
    this.picture = new OffscreenCanvas(width, height);
    // In the canvas's own colour space: converting it would cost time at every draw.
    this.#context = widestContext(this.picture);
  }

  write({ rect, coverage }: SheetPart): void {
    const pixels = new ImageData(rect.w, rect.h);
    const { data } = pixels;
    for (let i = 0; i < coverage.length; i++) data[4 * i + 3] = coverage[i]!;
    this.#context.putImageData(pixels, rect.x, rect.y);
  }
}
