/** A connection that reconnects by itself, waiting longer after each failure up to a limit. */
import type { CallInput, CallName, CallResult } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import type { ApiClient } from '../../shared/protocol/client.js';

/** `connecting`: first attempt; `lost`: interrupted, or the attempt failed. */
export type LinkState = 'connecting' | 'up' | 'lost';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export type Connected = Pick<ApiClient, 'call' | 'onEvent' | 'closed'>;

export class ReconnectingLink {
  state: LinkState = 'connecting';
  readonly #open: () => Promise<Connected>;
  readonly #listeners = new Set<(event: AppEvent) => void>();
  readonly #watchers = new Set<(state: LinkState) => void>();
  #client: Promise<Connected>;
  #wait = FIRST_WAIT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(open: () => Promise<Connected>) {
    this.#open = open;
    this.#client = this.#connect();
    this.#client.catch(() => undefined);
  }

  /** Rejects with `disconnected` while there is no connection. */
  async call<Name extends CallName>(
    signal: AbortSignal,
    name: Name,
    input: CallInput<Name>,
  ): Promise<CallResult<Name>> {
    return (await this.#client).call(name, input, { signal });
  }

  /** Subscribes to the events of the current and every later connection. */
  subscribe(listener: (event: AppEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(watcher: (state: LinkState) => void): () => void {
    this.#watchers.add(watcher);
    watcher(this.state);
    return () => this.#watchers.delete(watcher);
  }

  /** Reconnects without waiting for the timer. */
  retryNow(): void {
    if (this.state !== 'lost' || this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#begin();
  }

  #begin(): void {
    this.#timer = undefined;
    this.#client = this.#connect();
    // Callers get the error from `call`; without one it would count as unhandled.
    this.#client.catch(() => undefined);
  }

  async #connect(): Promise<Connected> {
    try {
      const client = await this.#open();
      client.onEvent((event) => {
        for (const listener of [...this.#listeners]) listener(event);
      });
      void client.closed.then(() => this.#lost());
      this.#wait = FIRST_WAIT_MS;
      this.#set('up');
      return client;
    } catch (error) {
      this.#lost();
      throw error;
    }
  }

  #lost(): void {
    this.#timer = setTimeout(() => this.#begin(), this.#wait);
    this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
    this.#set('lost');
  }

  #set(state: LinkState): void {
    if (this.state === state) return;
    this.state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }
}
