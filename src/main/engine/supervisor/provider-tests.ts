/** Tests providers in a process of its own, so that a driver that crashes only fails its test. */
import { throwIfAborted, type ErrorData } from '../../../shared/core/errors.js';
import {
  PROVIDER_IDS,
  type ProviderTest,
  type ProviderId,
  type ProviderStatus,
} from '../../../shared/contracts/providers.js';
import { unlessAborted, unwrap } from '../channel.js';
import { describeExit, type Ended, type RunningEngine } from './running-engine.js';
import type { EngineExit } from './spawn.js';

/** Probes every provider. */
export async function probeAll(
  signal: AbortSignal,
  start: () => RunningEngine,
): Promise<ProviderStatus[]> {
  const statuses: ProviderStatus[] = [];
  let engine: RunningEngine | null = null;
  try {
    for (const id of PROVIDER_IDS) {
      throwIfAborted(signal);
      engine ??= start();
      const result = await engine.call(engine.rpc.probe(id));
      if ('exit' in result) {
        statuses.push(crashedProbe(id, engine, result.exit));
        engine = null;
      } else statuses.push(unwrap(result.value));
    }
    return statuses;
  } finally {
    engine?.process.kill();
  }
}

/** Probes one provider and times it with the network in `plugin`. An abort ends it at once. */
export async function testOne(
  signal: AbortSignal,
  start: () => RunningEngine,
  id: ProviderId,
  plugin: string,
): Promise<ProviderTest> {
  throwIfAborted(signal);
  const engine = start();
  const kill = () => engine.process.kill();
  signal.addEventListener('abort', kill, { once: true });
  const failed = (status: ProviderStatus) => ({ status, secondsPerMegapixel: null, tile: null });
  const ask = async <T>(call: Promise<T>): Promise<Ended<T>> => {
    const ended = await engine.call(call);
    throwIfAborted(signal);
    return ended;
  };
  try {
    const probed = await ask(engine.rpc.probe(id));
    if ('exit' in probed) return failed(crashedProbe(id, engine, probed.exit));
    const status = unwrap(probed.value);
    if (!status.available) return failed(status);
    const measured = await ask(engine.rpc.measure(id, plugin));
    if ('exit' in measured)
      return failed({ ...status, ...crashedProbe(id, engine, measured.exit) });
    if (measured.value.ok) return { status, ...measured.value.value };
    return failed({ ...status, available: false, reason: measured.value.error });
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/**
 * Pauses the inference of `engine` while `work` runs, so that neither disturbs the other. An abort
 * ends the wait for the pause; a pause that begins later is ended at once.
 */
export async function whilePaused<T>(
  signal: AbortSignal,
  engine: RunningEngine | null,
  work: () => Promise<T>,
): Promise<T> {
  if (engine === null || engine.gone) return work();
  const paused = engine.call(engine.rpc.pause());
  try {
    await unlessAborted(signal, paused);
    return await work();
  } finally {
    void paused.then(() => (engine.gone ? undefined : engine.rpc.resume.asEvent()));
  }
}

function crashedProbe(id: ProviderId, engine: RunningEngine, exit: EngineExit): ProviderStatus {
  const reason = engine.overdue === null ? crashedInTest(exit) : engine.failure(exit).toData();
  return { id, available: false, probed: true, device: null, reason };
}

function crashedInTest(exit: EngineExit): ErrorData {
  const params = { reason: 'crashed-in-test', exit: describeExit(exit) } as const;
  return { code: 'device-unusable', params };
}
