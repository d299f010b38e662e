/** Judging photos as the app sees it: several may be asked for at once, and a crash costs one of them a second try. */
import { randomUUID } from 'node:crypto';
import { throwIfAborted } from '../../shared/errors.js';
import { unwrap } from './channel.js';
import type { EngineClient } from './client.js';
import { EXIT_NO_RUNTIME } from './protocol.js';
import { crashed, noRuntime } from './running-engine.js';
import type { TriageAnswer, TriageJob } from './triage/protocol.js';

/** Milliseconds between a cancel and the kill: a large photo that is being decoded cannot be stopped otherwise. */
const GRACE_MS = 2000;

/** Rejects with an UnsmearError; what is asked for meanwhile waits or is tried again, whatever happens to this photo. */
export async function triagePhoto(
  engines: Pick<EngineClient, 'current' | 'retire'>,
  signal: AbortSignal,
  request: Omit<TriageJob, 'id'>,
): Promise<TriageAnswer> {
  let provider = request.provider;
  for (let crashes = 0; ;) {
    throwIfAborted(signal);
    const engine = engines.current();
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      void engine.rpc.cancel.asEvent(id);
      timer = setTimeout(() => void engines.retire(engine), GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const ended = await engine.call(engine.rpc.triage({ ...request, provider, id }));
      if (!('exit' in ended)) return unwrap(ended.value);
      // Others had it replaced: no crash.
      if (engine.retired) continue;
      if (ended.exit.code === EXIT_NO_RUNTIME) throw noRuntime(ended.exit);
      await engines.retire(engine);
      // The crash may be another photo's, or a graphics driver's: once more, where nothing but this photo can be the reason.
      if (++crashes > 1) throw crashed(ended.exit);
      provider = 'cpu';
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
