/**
 * How far an export is. Composing is counted; an encoder tells nothing, so its part is guessed from how long the same format
 * took before, and slows down instead of arriving too early.
 */
import type { PhotoFormat } from '../../imaging/index.js';

/** An editor shows at most as many as the eye can follow. */
const LEAST_MS = 60;
const CREEP_MS = 80;

/** Milliseconds per megapixel, until this machine has shown its own. */
const pace: Record<PhotoFormat, number> = { jpeg: 30, png: 120, webp: 200, tiff: 120 };

export class ExportProgress {
  private done = 0;
  private told = -Infinity;

  constructor(private readonly tell: (done: number) => void) {}

  /** Never goes back. */
  at(done: number): void {
    this.done = Math.max(this.done, done);
    const now = performance.now();
    if (now - this.told < LEAST_MS && this.done < 1) return;
    this.told = now;
    this.tell(this.done);
  }

  /** The encoder's part, from here to the end. */
  async encoding<T>(format: PhotoFormat, pixels: number, work: () => Promise<T>): Promise<T> {
    const megapixels = pixels / 1e6;
    const expected = Math.max(50, pace[format] * megapixels);
    const from = this.done;
    const start = performance.now();
    const timer = setInterval(() => {
      const share = 1 - Math.exp((-2 * (performance.now() - start)) / expected);
      this.at(from + (0.99 - from) * share);
    }, CREEP_MS);
    try {
      const value = await work();
      pace[format] = (performance.now() - start) / Math.max(0.1, megapixels);
      this.at(1);
      return value;
    } finally {
      clearInterval(timer);
    }
  }
}
