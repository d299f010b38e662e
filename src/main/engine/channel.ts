/** RPC over the engine's channels (to its process and to its worker thread), and waiting for it. */
import { createBirpc, type BirpcReturn } from 'birpc';
import { UnsmearError } from '../../shared/core/errors.js';
import type { Channel } from '../../shared/protocol/channel.js';

export { outcome, unwrap, type Channel, type Outcome } from '../../shared/protocol/channel.js';

/**
 * Connects both ways. Calls never time out: a photo may take an hour, and death closes the channel.
 */
export function connect<Remote extends object, Local extends object>(
  channel: Channel,
  local: Local,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => channel.post(message),
    on: (handler) => channel.listen(handler),
    timeout: -1,
  });
}

/** Settles like `work`, or rejects with `cancelled` on an abort; `work` itself continues. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new UnsmearError('cancelled'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
