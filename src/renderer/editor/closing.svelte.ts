/** Before photos are closed: what is neither saved nor exported is asked about, once for all of them. */
import type { PhotoState } from './photo.svelte.js';

export class Closing {
  /** Those that are asked about; empty: no question. */
  photos = $state.raw<readonly PhotoState[]>([]);
  /** An answer is being carried out. */
  busy = $state(false);
  /** Those that could not be saved; each tells why. */
  failed = $state.raw<readonly PhotoState[]>([]);
  #close: (() => Promise<void>) | null = null;

  /** Closes what may be closed at once, and asks otherwise. While a question is open, others wait for its answer. */
  async request(photos: readonly PhotoState[], close: () => Promise<void>): Promise<void> {
    if (this.#close !== null) return;
    this.#close = close;
    // Kept already while the question stands; what was exported closes without one, and is found again.
    await Promise.all(photos.map(({ persistence }) => persistence.flush()));
    const open = photos.filter(({ persistence }) => persistence.unfinished || persistence.atRisk);
    if (open.length > 0) this.photos = open;
    else await this.#finish();
  }

  /** Saves all of them, then closes; those that fail stay asked about. */
  save(): Promise<void> {
    return this.#answer((photo) => photo.persistence.save());
  }

  /** Closes without saving; the autosaves are given up. */
  discard(): Promise<void> {
    return this.#answer((photo) => photo.persistence.giveUp());
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
