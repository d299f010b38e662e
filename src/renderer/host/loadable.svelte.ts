/** A fetched value with its loading state and error. */
import { toErrorData, type ErrorData } from '../../shared/core/errors.js';
import { LatestRequest } from './latest-request.js';

export class Loadable<T> {
  phase = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  /** Last loaded value; kept while a newer one is loading. */
  value = $state.raw<T | null>(null);
  error = $state.raw<ErrorData | null>(null);
  readonly #latest = new LatestRequest();
  readonly #fetch: (signal: AbortSignal) => Promise<T>;

  constructor(fetch: (signal: AbortSignal) => Promise<T>) {
    this.#fetch = fetch;
  }

  async load(): Promise<void> {
    this.phase = 'loading';
    this.error = null;
    try {
      const value = await this.#latest.run(this.#fetch);
      if (value === undefined) return;
      this.value = value;
      this.phase = 'ready';
    } catch (error) {
      this.error = toErrorData(error);
      this.phase = 'failed';
    }
  }
}
