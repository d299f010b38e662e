/** Question before photos are closed that are neither saved nor exported, once for all of them. */
import type { PhotoState } from './photo.svelte.js';

export class Closing {
  /** Photos to ask about; empty = no question. */
  photos = $state.raw<readonly PhotoState[]>([]);
  /** An answer is being carried out. */
  busy = $state(false);
  /** Photos that could not be saved; `persistence.failure` says why. */
  failed = $state.raw<readonly PhotoState[]>([]);
  #close: (() => Promise<void>) | null = null;

  /**
   * Closes photos that lose nothing and asks about the others. Ignored while a question is open.
   */
  async request(photos: readonly PhotoState[], close: () => Promise<void>): Promise<void> {
    if (this.#close !== null) return;
    this.#close = close;
    // Autosaves before asking; exported edits close without a question and can be reopened.
    await Promise.all(photos.map(({ persistence }) => persistence.flush()));
    const open = photos.filter(({ persistence }) => persistence.unfinished || persistence.atRisk);
    if (open.length > 0) this.photos = open;
    else await this.#finish();
  }

  /** Saves all photos, then closes; those that fail stay in the question. */
  save(): Promise<void> {
    return this.#answer((photo) => photo.persistence.save());
  }

  /** Closes without saving and removes the autosaves. */
  discard(): Promise<void> {
    return this.#answer((photo) => photo.persistence.discard());
  }

  cancel(): void {
    if (this.busy) return;
    this.#close = null;
    this.photos = [];
    this.failed = [];
  }

  async #answer(carryOut: (photo: PhotoState) => Promise<boolean>): Promise<void> {
    if (this.busy || this.photos.length === 0) return;
    this.busy = true;
    this.failed = [];
    const done = await Promise.all(this.photos.map(carryOut));
    this.busy = false;
    this.photos = this.photos.filter((_, i) => done[i] !== true);
    this.failed = this.photos;
    if (this.photos.length === 0) await this.#finish();
  }

  async #finish(): Promise<void> {
    const close = this.#close;
    this.cancel();
    await close?.();
  }
}
