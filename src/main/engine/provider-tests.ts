/** Testing what this machine can compute with, in a process of its own: a driver that crashes is only a failed test. */
import type { ProviderTest } from '../../shared/api/calls.js';
import { throwIfAborted } from '../../shared/errors.js';
import { PROVIDER_IDS, type ProviderId, type ProviderStatus } from '../../shared/providers.js';
import { unlessAborted } from './abort.js';
import { unwrap } from './channel.js';
import { describeExit, type Ended, type RunningEngine } from './running-engine.js';
import type { EngineExit } from './spawn.js';

/** Every provider, probed. */
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
        engine = null;
        statuses.push(crashedProbe(id, result.exit));
      } else statuses.push(unwrap(result.value));
    }
    return statuses;
  } finally {
    engine?.process.kill();
  }
}

/** One provider, probed and timed with the network in `plugin`. An abort ends it at once. */
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
    if ('exit' in probed) return failed(crashedProbe(id, probed.exit));
    const status = unwrap(probed.value);
    if (!status.available) return failed(status);
    const measured = await ask(engine.rpc.measure(id, plugin));
    if ('exit' in measured) return failed({ ...status, ...crashedProbe(id, measured.exit) });
    if (measured.value.ok) return { status, ...measured.value.value };
    return failed({ ...status, available: false, reason: measured.value.error.message });
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/**
 * Waits for the network of `engine` and keeps it from working meanwhile, so that neither disturbs the other. An abort ends the
 * waiting; what was lent late is given back.
 */
export async function whileResting<T>(
  signal: AbortSignal,
  engine: RunningEngine | null,
  work: () => Promise<T>,
): Promise<T> {
  if (engine === null || engine.gone) return work();
  const lent = engine.call(engine.rpc.lend());
  try {
    await unlessAborted(signal, lent);
    return await work();
  } finally {
    void lent.then(() => (engine.gone ? undefined : engine.rpc.giveBack.asEvent()));
  }
}

function crashedProbe(id: ProviderId, exit: EngineExit): ProviderStatus {
  const reason = `It crashed when it was tested (${describeExit(exit)}).`;
  return { id, available: false, probed: true, device: null, reason };
}
