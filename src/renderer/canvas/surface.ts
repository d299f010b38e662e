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

/** A canvas to compose on, as large as the largest clip that it was asked for. */
export class Scratch {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = widestContext(this.#canvas);

  /** Empty, with its state reset, and with the frame's coordinates. */
  begin({ clip }: Placement): OffscreenCanvasRenderingContext2D {
    const { width, height } = this.#canvas;
    if (width < clip.w) this.#canvas.width = clip.w;
    if (height < clip.h) this.#canvas.height = clip.h;
    const context = this.#context;
    context.reset();
    context.beginPath();
    context.rect(0, 0, clip.w, clip.h);
    context.clip();
    context.translate(-clip.x, -clip.y);
    return context;
  }

  drawOn(context: OffscreenCanvasRenderingContext2D, { clip: { x, y, w, h } }: Placement): void {
    if (w > 0 && h > 0) context.drawImage(this.#canvas, 0, 0, w, h, x, y, w, h);
  }
}
