/** Serves the API over any channel: validates arguments, cancels by id, pushes events. */
import { CALLS, type CallName } from '../../shared/protocol/calls.js';
import { connectWire, type EditorWire, type HostWire } from '../../shared/protocol/wire.js';
import type { ClosableChannel, Outcome } from '../../shared/protocol/channel.js';
import { toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import type { Editor, ServedCalls } from '../app/service.js';

/** Faults of ours: the editor is told that there was one, the log gets the whole of it. */
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
      throw invalid('The id of the call is wrong or in use.');
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
        return { ok: false, error: tell(error, (fault) => onFault(name, fault)) };
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
    throw invalid(`This host does not serve ${known}.`);
  }
  throw invalid('There is no such call.');
}

function parseInput(name: CallName, input: unknown): unknown {
  const parsed = CALLS[name].safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = [name, ...(issue?.path ?? [])].map(String).join('.');
  throw invalid(`${where}: ${issue?.message ?? 'is wrong'}.`);
}

function invalid(message: string): UnsmearError {
  return new UnsmearError('option-invalid', message);
}

/** Without `cause`, which is for logs and may hold paths; an error without a code of ours is a fault. */
export function tell(
  error: unknown,
  onFault: (error: unknown) => void,
): Extract<Outcome<never>, { ok: false }>['error'] {
  const known = toUnsmearError(error);
  if (known.code === 'internal') {
    onFault(error);
    return {
      code: 'internal',
      message: 'Something went wrong inside Unsmear.',
      hint: 'Try again; if it stays, report it with what you did last.',
    };
  }
  const { code, message, hint } = known;
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}
