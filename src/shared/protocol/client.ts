/** The editor's end of the API. */
import type { BirpcReturn } from 'birpc';
import { unwrap, type ClosableChannel } from './channel.js';
import { throwIfAborted, toUnsmearError, UnsmearError } from '../core/errors.js';
import type { CallInput, CallName, CallResult } from './calls.js';
import type { AppEvent } from './events.js';
import { connectWire, type EditorWire, type HostWire } from './wire.js';

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls a host over one channel. After the channel has closed, pending and later calls reject with
 * `disconnected`; a reconnection needs a new client.
 */
export class ApiClient {
  private readonly rpc: BirpcReturn<HostWire, EditorWire>;
  private readonly listeners = new Set<(event: AppEvent) => void>();
  private counter = 0;
  private dead = false;
  /** Resolves when the channel has closed. */
  readonly closed: Promise<void>;

  constructor(private readonly channel: ClosableChannel) {
    const local: EditorWire = {
      event: (event) => {
        for (const listener of [...this.listeners]) listener(event);
      },
    };
    this.rpc = connectWire(channel, local, () => false);
    this.closed = new Promise((resolve) => {
      channel.onClose(() => {
        this.dead = true;
        this.rpc.$close(disconnected());
        resolve();
      });
    });
  }

  /**
   * Rejects with an UnsmearError. An abort cancels the call at the host, but the host's answer
   * decides: a call that finished before the cancellation arrived resolves.
   */
  async call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    { signal }: CallOptions = {},
  ): Promise<CallResult<Name>> {
    if (signal !== undefined) throwIfAborted(signal);
    if (this.dead) throw disconnected();
    this.counter += 1;
    const id = `c${this.counter}`;
    const cancel = (): void => {
      this.rpc.cancel.asEvent(id).catch(() => undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return unwrap(await this.rpc.call(id, name, input)) as CallResult<Name>;
    } catch (error) {
      throw toUnsmearError(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Adds a listener; returns a function that removes it. */
  onEvent(listener: (event: AppEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.channel.close();
  }
}

function disconnected(): UnsmearError {
  return new UnsmearError('disconnected', { reason: 'lost' });
}
