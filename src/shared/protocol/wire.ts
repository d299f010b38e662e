/** RPC between editor and host. Malformed messages are dropped before the library sees them. */
import { createBirpc, type BirpcReturn } from 'birpc';
import type { ClosableChannel, Outcome } from './channel.js';
import { toErrorData, withoutCause } from '../core/errors.js';
import type { AppEvent } from './events.js';

/** Functions of the host. The caller chooses `id`, by which it can cancel the call. */
export interface HostWire {
  call(id: string, name: string, input: unknown): Promise<Outcome<unknown>>;
  cancel(id: string): void;
}

/** Functions of the editor. */
export interface EditorWire {
  event(event: AppEvent): void;
}

/** Connects both sides. The other side can call only the own functions of `local`. */
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
    // A plain lookup would also find `constructor` and `toString`.
    resolver: (name, found) => (Object.hasOwn(local, name) ? found : undefined),
    onGeneralError: onPostError,
    timeout: -1,
  });
}

/** Checks the shape of the library's requests (`q`) and answers (`s`). */
function isWireMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { t, i, m, a } = value as Readonly<Record<string, unknown>>;
  if (t === 's') return typeof i === 'string';
  if (t !== 'q' || typeof m !== 'string' || !Array.isArray(a)) return false;
  return i === undefined || typeof i === 'string';
}

/** Converts an error of the library itself (unknown function) to data: JSON would make it `{}`. */
function withPlainError(message: unknown): unknown {
  const { e } = message as { readonly e?: unknown };
  if (!(e instanceof Error)) return message;
  return { ...(message as object), e: withoutCause(toErrorData(e)) };
}
