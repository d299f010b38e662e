/** Tests providers in a process of its own, so that a driver that crashes only fails its test. */
import { throwIfAborted } from '../../../shared/core/errors.js';
import {
  PROVIDER_IDS,
  type ProviderTest,
  type ProviderId,
  type ProviderStatus,
} from '../../../shared/contracts/providers.js';
import { outcome, type Outcome } from '../../../shared/protocol/channel.js';
import { unlessAborted } from '../channel.js';
import { unusable } from '../inference/unusable.js';
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
  const measured = status.available ? await orCrash(engine, engine.rpc.measure(id, plugin)) : null;
  if (measured?.ok) return { status, ...measured.value };
  const reason = measured?.error ?? status.reason;
  const failed = { ...status, available: false, reason };
  return { status: failed, secondsPerMegapixel: null, tile: null };
}

async function probe(engine: RunningEngine, id: ProviderId): Promise<ProviderStatus> {
  const probed = await orCrash(engine, engine.rpc.probe(id));
  if (probed.ok) return probed.value;
  return { id, available: false, probed: true, device: null, reason: probed.error };
}

/** Returns the call's outcome; the end of the process is an error of the device. */
async function orCrash<T>(engine: RunningEngine, answer: Promise<T>): Promise<Outcome<T>> {
  const ended = await engine.call(outcome(() => answer));
  if ('value' in ended) return ended.value;
  if (engine.overdue !== null) return { ok: false, error: engine.failure(ended.exit).toData() };
  const exit = describeExit(ended.exit);
  return { ok: false, error: unusable({ reason: 'crashed-in-test', exit }) };
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
