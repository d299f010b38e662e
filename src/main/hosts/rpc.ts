/** Serves the API over any channel: validates arguments, cancels by id, pushes events. */
import { CALLS, type CallName } from '../../shared/protocol/calls.js';
import { connectWire, type EditorWire, type HostWire } from '../../shared/protocol/wire.js';
import type { ClosableChannel } from '../../shared/protocol/channel.js';
import {
  toErrorData,
  UnsmearError,
  withoutCause,
  type ErrorData,
} from '../../shared/core/errors.js';
import type { Editor, ServedCalls } from '../app/service.js';

/** Receives errors without a code of their own; editors learn only that there was one. */
export type FaultLog = (call: string, error: unknown) => void;

type Handler = (signal: AbortSignal, args: unknown, editor: Editor) => Promise<unknown>;

const MAX_ID = 64;

/** Serves one editor until its channel closes, then aborts its running calls. */
export function serveApi(
  channel: ClosableChannel,
  service: ServedCalls,
  onFault: FaultLog = () => undefined,
): void {
  const running = new Map<string, AbortController>();
  const leaving = new AbortController();
  const editor: Editor = { left: leaving.signal };

  const run = async (id: unknown, name: unknown, input: unknown): Promise<unknown> => {
    if (typeof id !== 'string' || id === '' || id.length > MAX_ID || running.has(id)) {
      throw new UnsmearError('request-invalid', { reason: 'call-id' });
    }
    const [known, handler] = findCall(service, name);
    const args = parseInput(known, input);
    const controller = new AbortController();
    running.set(id, controller);
    try {
      return await handler(controller.signal, args, editor);
    } finally {
      running.delete(id);
    }
  };

  const local: HostWire = {
    call: async (id, name, input) => {
      try {
        return { ok: true, value: await run(id, name, input) };
      } catch (error) {
        return { ok: false, error: publicError(error, (fault) => onFault(name, fault)) };
      }
    },
    cancel: (id) => running.get(id)?.abort(),
  };
  const rpc = connectWire<EditorWire, HostWire>(channel, local, () => true);
  const stopListening = service.onEvent((event) => {
    // Fails if the editor has just disconnected; the channel's close event follows.
    rpc.event.asEvent(event).catch(() => undefined);
  }, editor);
  channel.onClose(() => {
    stopListening();
    rpc.$close();
    for (const controller of running.values()) controller.abort();
    leaving.abort();
  });
}

function findCall(service: ServedCalls, name: unknown): readonly [CallName, Handler] {
  if (typeof name === 'string' && Object.hasOwn(CALLS, name)) {
    const known = name as CallName;
    const handler = service[known];
    if (handler !== undefined) return [known, handler.bind(service) as Handler];
    throw new UnsmearError('request-invalid', { reason: 'not-served', call: known });
  }
  throw new UnsmearError('request-invalid', { reason: 'unknown-call' });
}

function parseInput(name: CallName, input: unknown): unknown {
  const parsed = CALLS[name].safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = [name, ...(issue?.path ?? [])].map(String).join('.');
  const details = issue?.message ?? '';
  throw new UnsmearError('request-invalid', { reason: 'value', place, details });
}

/** Returns an error as editors see it: without causes, which may contain paths; logs our faults. */
export function publicError(error: unknown, onFault: (error: unknown) => void): ErrorData {
  const known = toErrorData(error);
  if (known.code !== 'internal') return withoutCause(known);
  onFault(error);
  return { code: 'internal', params: { reason: 'hidden' } };
}
