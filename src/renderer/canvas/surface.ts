/** Canvases in the widest colour space that the browser has. */
import type { Placement } from './layers.js';

/** A 2D context in Display P3, or in sRGB where the browser knows no other. */
export function widestContext(
  canvas: OffscreenCanvas,
  { alpha = true } = {},
): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { colorSpace: 'display-p3', alpha });
  if (context === null) throw new Error('The browser gave no 2D context.');
  return context;
}

/** A canvas to compose on, as large as the frame that it was last asked for. Only the frame's clip is drawn. */
export class Scratch {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = widestContext(this.#canvas);

  /** Empty, with its state reset. */
  begin({ frame, clip }: Placement): OffscreenCanvasRenderingContext2D {
    if (this.#canvas.width !== frame.width || this.#canvas.height !== frame.height) {
      this.#canvas.width = frame.width;
      this.#canvas.height = frame.height;
    }
    this.#context.reset();
    this.#context.beginPath();
    this.#context.rect(clip.x, clip.y, clip.w, clip.h);
    this.#context.clip();
    return this.#context;
  }

  drawOn(context: OffscreenCanvasRenderingContext2D, { clip: { x, y, w, h } }: Placement): void {
    if (w > 0 && h > 0) context.drawImage(this.#canvas, x, y, w, h, x, y, w, h);
  }
}
