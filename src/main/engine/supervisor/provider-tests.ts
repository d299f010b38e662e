/** Tests providers in a process of its own, so that a driver that crashes only fails its test. */
import { unlessAborted } from '../../../shared/core/abort.js';
import {
  throwIfAborted,
  toErrorData,
  UnsmearError,
  type ErrorData,
} from '../../../shared/core/errors.js';
import {
  PROVIDER_IDS,
  type ProviderTest,
  type ProviderId,
  type ProviderStatus,
} from '../../../shared/contracts/providers.js';
import { unusable } from '../inference/protocol.js';
import { describeExit, type RunningEngine } from './running-engine.js';

/** Probes every provider. */
export async function probeAll(
  signal: AbortSignal,
  start: () => RunningEngine,
): Promise<ProviderStatus[]> {
  const statuses: ProviderStatus[] = [];
  let engine = start();
  try {
    for (const id of PROVIDER_IDS) {
      throwIfAborted(signal);
      if (engine.gone) engine = start();
      statuses.push(await probe(engine, id));
    }
    return statuses;
  } finally {
    engine.process.kill();
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
  try {
    return await unlessAborted(signal, testIn(engine, id, plugin));
  } finally {
    engine.process.kill();
  }
}

async function testIn(
  engine: RunningEngine,
  id: ProviderId,
  plugin: string,
): Promise<ProviderTest> {
  const status = await probe(engine, id);
  const failed = (reason: ErrorData | null): ProviderTest => {
    const unavailable = { ...status, available: false, reason };
    return { status: unavailable, secondsPerMegapixel: null, tile: null };
  };
  if (!status.available) return failed(status.reason);
  return orCrash(engine, engine.rpc.measure(id, plugin)).then(
    (measured) => ({ status, ...measured }),
    (error: unknown) => failed(toErrorData(error)),
  );
}

function probe(engine: RunningEngine, id: ProviderId): Promise<ProviderStatus> {
  return orCrash(engine, engine.rpc.probe(id)).catch((error: unknown) => {
    return { id, available: false, probed: true, device: null, reason: toErrorData(error) };
  });
}

/** Returns the call's answer; the end of the process is an error of the device. */
async function orCrash<T>(engine: RunningEngine, answer: Promise<T>): Promise<T> {
  const ended = await engine.call(answer);
  if ('value' in ended) return ended.value;
  if (engine.overdue !== null) throw engine.failure(ended.exit);
  const exit = describeExit(ended.exit);
  throw UnsmearError.fromData(unusable({ reason: 'crashed-in-test', exit }));
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
