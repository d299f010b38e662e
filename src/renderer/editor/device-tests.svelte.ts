/**
 * Device tests that the user starts, one at a time, as concurrent work would distort the timing.
 */
import { SvelteMap } from 'svelte/reactivity';
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import type { ProviderId, ProviderTest } from '../../shared/contracts/providers.js';
import type { Api } from '../host/api.js';

export type DeviceTest =
  | { readonly phase: 'running' }
  | { readonly phase: 'done'; readonly report: ProviderTest }
  | { readonly phase: 'failed'; readonly error: ErrorData };

export class DeviceTests {
  readonly of = new SvelteMap<ProviderId, DeviceTest>();
  /** Device under test; `null` if none. */
  running = $state<ProviderId | null>(null);
  readonly #api: Api;
  #abort = new AbortController();

  constructor(api: Api) {
    this.#api = api;
  }

  async run(provider: ProviderId): Promise<void> {
    if (this.running !== null) return;
    this.running = provider;
    this.#abort = new AbortController();
    this.of.set(provider, { phase: 'running' });
    try {
      const report = await this.#api.call(this.#abort.signal, 'testProvider', { provider });
      this.of.set(provider, { phase: 'done', report });
    } catch (error) {
      const data = toErrorData(error);
      if (data.code === 'cancelled') this.of.delete(provider);
      else this.of.set(provider, { phase: 'failed', error: data });
    }
    this.running = null;
  }

  cancel(): void {
    this.#abort.abort();
  }
}
