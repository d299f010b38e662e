/** RPC over the engine's channels: to its process and to its worker thread. */
import { createBirpc, type BirpcReturn } from 'birpc';
import type { Channel } from '../../shared/protocol/channel.js';

export { outcome, unwrap, type Channel, type Outcome } from '../../shared/protocol/channel.js';

/** Connects both ways. Calls never time out: a photo may take an hour, and death closes the channel. */
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
