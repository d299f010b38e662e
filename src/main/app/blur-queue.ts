/**
 * Which photo's blur is judged next: one at a time, since it may have to be decoded again for it; first the one that was looked at
 * or opened last.
 */
import type { PhotoId } from '../../shared/protocol/ids.js';

export class BlurQueue {
  /** The next one is the last. */
  private waiting: PhotoId[] = [];
  private readonly controllers = new Map<PhotoId, AbortController>();
  private working = false;

  /** `judge` does not reject. */
  constructor(private readonly judge: (signal: AbortSignal, photo: PhotoId) => Promise<void>) {}

  add(photo: PhotoId): void {
    if (!this.controllers.has(photo)) this.controllers.set(photo, new AbortController());
    this.waiting = [...this.waiting.filter((other) => other !== photo), photo];
    // An editor knows the photo when it has the answer to its opening.
    if (!this.working) setImmediate(() => void this.work());
  }

  /** It is looked at: when its turn has not come yet it is next. */
  prefer(photo: PhotoId): void {
    if (this.waiting.includes(photo) && this.waiting.at(-1) !== photo) this.add(photo);
  }

  /** It is closed. */
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
