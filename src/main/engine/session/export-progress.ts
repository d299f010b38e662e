/**
 * How far an export is. Composing is counted; an encoder tells nothing, so its part is guessed from how long the same format
 * took before, and slows down instead of arriving too early.
 */
import type { PhotoFormat } from '../../imaging/index.js';

/** An editor shows at most as many as the eye can follow. */
const LEAST_MS = 50;
const CREEP_MS = 60;

/** Milliseconds per megapixel, until this machine has shown its own. */
const pace: Record<PhotoFormat, number> = { jpeg: 30, png: 120, webp: 200, tiff: 120, avif: 900 };

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
      const spent = performance.now() - start;
      // Two thirds when the time is up, and always something left for an encoder that takes longer.
      this.at(from + (1 - from) * (spent / (spent + expected / 2)));
    }, CREEP_MS);
    try {
      const value = await work();
      // A small photo's time is the disk's.
      if (megapixels >= 1) pace[format] = (performance.now() - start) / megapixels;
      this.at(1);
      return value;
    } finally {
      clearInterval(timer);
    }
  }
}
