/**
 * Reports an export's progress. Composing is counted. Encoders report nothing, so their part is
 * estimated from the format's earlier times, and slows down instead of ending too early.
 */
import type { PhotoFormat } from '../../imaging/index.js';

/** Milliseconds between two reports. */
const LEAST_MS = 50;
const CREEP_MS = 60;

/** Milliseconds per megapixel; replaced by this machine's own. */
const pace: Record<PhotoFormat, number> = { jpeg: 30, png: 120, webp: 200, tiff: 120, avif: 900 };

export class ExportProgress {
  private done = 0;
  private reported = -Infinity;

  constructor(private readonly report: (done: number) => void) {}

  /** Reports a share; never a smaller one than before. */
  at(done: number): void {
    this.done = Math.max(this.done, done);
    const now = performance.now();
    if (now - this.reported < LEAST_MS && this.done < 1) return;
    this.reported = now;
    this.report(this.done);
  }

  /** Runs the encoder and reports its estimated progress. */
  async encoding<T>(format: PhotoFormat, pixels: number, work: () => Promise<T>): Promise<T> {
    const megapixels = pixels / 1e6;
    const expected = Math.max(50, pace[format] * megapixels);
    const from = this.done;
    const start = performance.now();
    const timer = setInterval(() => {
      const spent = performance.now() - start;
      // Two thirds when the estimate has passed; never quite done before the encoder is.
      this.at(from + (1 - from) * (spent / (spent + expected / 2)));
    }, CREEP_MS);
    try {
      const value = await work();
      // A small photo's time is mostly the disk's.
      if (megapixels >= 1) pace[format] = (performance.now() - start) / megapixels;
      this.at(1);
      return value;
    } finally {
      clearInterval(timer);
    }
  }
}
