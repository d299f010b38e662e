/** Picture loaded by URL; the last one stays while a newer one is loading. */
import { loadPicture } from '../canvas/pictures.js';
import { LatestRequest } from '../host/latest-request.js';

type PictureLoader = (signal: AbortSignal, url: string) => Promise<ImageBitmap>;

export class RemotePicture {
  picture = $state.raw<ImageBitmap | null>(null);
  phase = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  readonly #latest = new LatestRequest();
  #url: string | null = null;
  #fetch: PictureLoader = loadPicture;

  /**
   * Shows the picture at a URL; `null` = none. `keep`: keeps the previous picture until the new one
   * is loaded.
   */
  show(url: string | null, keep: boolean, fetch: PictureLoader = loadPicture): void {
    if (url === this.#url) return;
    this.#url = url;
    this.#fetch = fetch;
    if (!keep || url === null) this.#replace(null);
    if (url === null) {
      this.#latest.cancel();
      this.phase = 'idle';
    } else void this.#load(url);
  }

  retry(): void {
    if (this.#url !== null) void this.#load(this.#url);
  }

  async #load(url: string): Promise<void> {
    this.phase = 'loading';
    try {
      const picture = await this.#latest.run((signal) => this.#fetch(signal, url));
      if (picture === undefined) return;
      this.#replace(picture);
      this.phase = 'ready';
    } catch {
      this.phase = 'failed';
    }
  }

  #replace(picture: ImageBitmap | null): void {
    this.picture?.close();
    this.picture = picture;
  }
}
