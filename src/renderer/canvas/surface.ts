/** Canvases in the widest colour space that the browser has. */

/** A 2D context in Display P3, or in sRGB where the browser knows no other. */
export function widestContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { colorSpace: 'display-p3', alpha: true });
  if (context === null) throw new Error('The browser gave no 2D context.');
  return context;
}

/** A canvas to compose on, as large as what it was last asked for. */
export class Scratch {
  readonly #canvas = document.createElement('canvas');
  readonly #context = widestContext(this.#canvas);

  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  /** Empty, with its state reset. */
  begin(width: number, height: number): CanvasRenderingContext2D {
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    this.#context.reset();
    return this.#context;
  }

  /** Gives the memory back. */
  release(): void {
    this.#canvas.width = 0;
    this.#canvas.height = 0;
  }
}
