/** RPC over the engine's channels: to its process and to its worker thread. */
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
