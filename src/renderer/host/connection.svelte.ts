/** State of the connection to the host, as the window shows it. */
import type { Api } from './api.js';

export class Connection {
  /** The connection was up before and is interrupted. */
  lost = $state(false);
  readonly #api: Api;
  #wasUp = false;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Watches the connection and calls `back` when it returns; the returned function stops. */
  follow(back: () => void): () => void {
    let wasLost = false;
    const stop = this.#api.link?.watch((state) => {
      const returned = state === 'up' && wasLost;
      wasLost = state === 'lost';
      if (state === 'up') this.#wasUp = true;
      // A host that never answered is reported in the main area instead.
      this.lost = wasLost && this.#wasUp;
      if (returned) back();
    });
    return stop ?? (() => undefined);
  }

  retryNow(): void {
    this.#api.link?.retryNow();
  }
}
