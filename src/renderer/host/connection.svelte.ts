/** Whether the host can be reached, as the window shows it. */
import type { Api } from './api.js';

export class Connection {
  /** It was there, and is not any more. */
  lost = $state(false);
  readonly #api: Api;
  #wasUp = false;

  constructor(api: Api) {
    this.#api = api;
  }

  /** `back`: called when a connection that failed is there. Returns how to stop. */
  follow(back: () => void): () => void {
    let wasLost = false;
    const stop = this.#api.link?.watch((state) => {
      const returned = state === 'up' && wasLost;
      wasLost = state === 'lost';
      if (state === 'up') this.#wasUp = true;
      // What never was there is no interruption: where the photo would be it stands that nobody answers.
      this.lost = wasLost && this.#wasUp;
      if (returned) back();
    });
    return stop ?? (() => undefined);
  }

  retryNow(): void {
    this.#api.link?.retryNow();
  }
}
