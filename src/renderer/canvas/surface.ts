/** Canvases in the widest colour space that the browser supports. */
import type { Placement } from './layers.js';

/**
 * Returns a 2D context in Display P3, or in sRGB if the browser does not support it. Throws without
 * any.
 */
export function widestContext(
  canvas: OffscreenCanvas,
  { alpha = true } = {},
): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { colorSpace: 'display-p3', alpha });
  if (context === null) throw new Error('The browser gave no 2D context.');
  return context;
}

/** A canvas to compose on; grows to the largest clip it was used for. */
export class Scratch {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = widestContext(this.#canvas);

  /** Returns an empty context with reset state, in the frame's coordinates. */
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
