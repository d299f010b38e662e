/**
 * Queues open photos for their blur score: one at a time, because a photo may have to be decoded
 * again, and the most recently opened or shown photo first.
 */
import type { PhotoId } from '../../shared/protocol/ids.js';

export class BlurQueue {
  /** A stack: the last photo is next. */
  private waiting: PhotoId[] = [];
  private readonly controllers = new Map<PhotoId, AbortController>();
  private working = false;

  /** `judge` computes a score and never rejects. */
  constructor(private readonly judge: (signal: AbortSignal, photo: PhotoId) => Promise<void>) {}

  add(photo: PhotoId): void {
    if (!this.controllers.has(photo)) this.controllers.set(photo, new AbortController());
    this.waiting = [...this.waiting.filter((other) => other !== photo), photo];
    // Starts after the answer to `openPhoto`: only then does the editor know the photo.
    if (!this.working) setImmediate(() => void this.work());
  }

  /** Moves a queued photo to the front. */
  prefer(photo: PhotoId): void {
    if (this.waiting.includes(photo) && this.waiting.at(-1) !== photo) this.add(photo);
  }

  /** Cancels the work for a closed photo. */
  drop(photo: PhotoId): void {
    this.waiting = this.waiting.filter((other) => other !== photo);
    this.controllers.get(photo)?.abort();
    this.controllers.delete(photo);
  }

  clear(): void {
    for (const photo of [...this.controllers.keys()]) this.drop(photo);
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let photo = this.waiting.pop(); photo !== undefined; photo = this.waiting.pop()) {
      const { signal } = this.controllers.get(photo)!;
      await this.judge(signal, photo);
    }
    this.working = false;
  }
}
