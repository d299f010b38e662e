/** What editor and host say to each other, and the RPC library behind a guard: a malformed message reaches neither. */
import { createBirpc, type BirpcReturn } from 'birpc';
import type { ClosableChannel, Outcome } from './channel.js';
import { toErrorData, withoutCause } from '../core/errors.js';
import type { AppEvent } from './events.js';

/** Served by the host. `id` is the caller's name for the call, by which it can be cancelled. */
export interface HostWire {
  call(id: string, name: string, input: unknown): Promise<Outcome<unknown>>;
  cancel(id: string): void;
}

/** Served by the editor. */
export interface EditorWire {
  event(event: AppEvent): void;
}

/** Connects both ways. The other side cannot reach anything but the own functions of `local`. */
export function connectWire<Remote extends object, Local extends object>(
  channel: ClosableChannel,
  local: Local,
  onPostError: () => boolean,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(local, {
    post: (message) => channel.post(withPlainError(message)),
    on: (handler) => {
      channel.listen((message) => {
        if (isWireMessage(message)) handler(message);
      });
    },
    // Looked up by name, `constructor` and `toString` would be found too.
    resolver: (name, found) => (Object.hasOwn(local, name) ? found : undefined),
    onGeneralError: onPostError,
    timeout: -1,
  });
}

/** The shapes of the library's requests and answers. */
function isWireMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { t, i, m, a } = value as Readonly<Record<string, unknown>>;
  if (t === 's') return typeof i === 'string';
  if (t !== 'q' || typeof m !== 'string' || !Array.isArray(a)) return false;
  return i === undefined || typeof i === 'string';
}

/** An Error is `{}` in JSON: what the library reports itself (an unknown function) travels as data. */
function withPlainError(message: unknown): unknown {
  const { e } = message as { readonly e?: unknown };
  if (!(e instanceof Error)) return message;
  return { ...(message as object), e: withoutCause(toErrorData(e)) };
}
