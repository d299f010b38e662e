/** RPC over the engine's channels (to its process and to its worker thread), and waiting for it. */
import { createBirpc, type BirpcReturn } from 'birpc';
import { toErrorData, UnsmearError, type ErrorData } from '../../shared/core/errors.js';
import type { Channel } from '../../shared/protocol/channel.js';

/** A call or an answer, of which only the error of a failed call matters here. */
type Message<E> = { readonly e?: E } & Readonly<Record<string, unknown>>;

/**
 * Connects both ways; a failed call rejects with its `UnsmearError`. Calls never time out: a photo
 * may take an hour, and death closes the channel.
 */
export function connect<Remote extends object, Local extends object>(
  channel: Channel,
  local: Local,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => channel.post(message),
    on: (handler) => channel.listen(handler),
    // Errors cross as data, because an `Error` would lose its code.
    serialize: (message: Message<unknown>) =>
      message.e === undefined ? message : { ...message, e: toErrorData(message.e) },
    deserialize: (message: Message<ErrorData>) =>
      message.e === undefined ? message : { ...message, e: UnsmearError.fromData(message.e) },
    timeout: -1,
  });
}

/** Settles like `work`; calls `onAbort` if the signal aborts before that. */
export async function withAbort<T>(
  signal: AbortSignal,
  work: Promise<T>,
  onAbort: () => void,
): Promise<T> {
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await work;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Settles like `work`, or rejects with `cancelled` on an abort; `work` itself continues. */
export function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new UnsmearError('cancelled'));
    withAbort(signal, work, cancel).then(resolve, reject);
  });
}
