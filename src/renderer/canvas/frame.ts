/** Limits drawing to once per animation frame. */
export class FrameScheduler {
  readonly #draw: () => void;
  readonly #request: (callback: () => void) => number;
  readonly #cancel: (handle: number) => void;
  #handle: number | null = null;

  constructor(
    draw: () => void,
    request: (callback: () => void) => number = (callback) => requestAnimationFrame(callback),
    cancel: (handle: number) => void = (handle) => cancelAnimationFrame(handle),
  ) {
    this.#draw = draw;
    this.#request = request;
    this.#cancel = cancel;
  }

  schedule(): void {
    this.#handle ??= this.#request(() => {
      this.#handle = null;
      this.#draw();
    });
  }

  stop(): void {
    if (this.#handle !== null) this.#cancel(this.#handle);
    this.#handle = null;
  }
}
