/** Scores the blur of photos in the engine, several at once; a crash costs one of them a second try. */
import { randomUUID } from 'node:crypto';
import { throwIfAborted } from '../../../shared/core/errors.js';
import { unwrap } from '../channel.js';
import type { EngineClient } from './client.js';
import { EXIT_NO_RUNTIME } from '../protocol.js';
import type { TriageAnswer, TriageJob } from '../blur/protocol.js';

/** Milliseconds between a cancel and the kill, which alone stops the decoding of a large photo. */
const GRACE_MS = 1000;

/** Rejects with an `UnsmearError`. A crash on this photo does not fail others that are scored meanwhile. */
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
      // Another caller replaced it: no crash.
      if (engine.retired) continue;
      await engines.retire(engine);
      const failure = engine.failure(ended.exit);
      const endless = engine.overdue?.provider === 'cpu';
      if (endless || ended.exit.code === EXIT_NO_RUNTIME) throw failure;
      // Another photo or a graphics driver may be to blame: try once more, on the CPU.
      if (++crashes > 1) throw failure;
      provider = 'cpu';
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
