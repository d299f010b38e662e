/** Worker thread of the engine process: owns the sessions, because `run()` blocks its thread. */
import { parentPort } from 'node:worker_threads';
import type { ProviderId, ProviderStatus } from '../../../shared/contracts/providers.js';
import { errorText, toUnsmearError, UnsmearError } from '../../../shared/core/errors.js';
import { connect } from '../channel.js';
import { deviceName } from './device-name.js';
import { probeProvider } from './probe.js';
import type {
  LoadResult,
  LoadSpec,
  StageCall,
  StageResult,
  WorkerApi,
  WorkerHost,
} from './protocol.js';
import { selectProvider, type Loaded } from './select-provider.js';
import { partLimitMs, testLimitMs, type TimedStep } from './step-limit.js';

interface Warm extends Loaded {
  readonly key: string;
  readonly model: string;
  /** Milliseconds per pixel of the slowest run so far, by device and stage. */
  readonly pace: Map<string, number>;
}

/** Sessions that stay loaded for the next photo with the same plug-in and provider. */
let warm: Warm | null = null;

async function load(spec: LoadSpec): Promise<LoadResult> {
  const start = performance.now();
  const key = JSON.stringify(spec);
  const isWarm = warm?.key === key;
  if (warm === null || !isWarm) {
    await release();
    const model = spec.plugin.manifest.name;
    const loaded = await selectProvider(spec, {
      announce: (provider) => host.probing(provider),
      test: (provider, run) => {
        const work = { reason: 'slow-test', model } as const;
        return timed({ provider, limitMs: testLimitMs(provider), work }, run);
      },
    });
    warm = { ...loaded, key, model, pace: new Map() };
  }
  const { provider } = warm.sessions;
  const device = await deviceName(provider);
  const loadMs = isWarm ? 0 : performance.now() - start;
  return { provider, device, loadMs, warnings: warm.warnings };
}

async function release(): Promise<void> {
  const loaded = warm;
  warm = null;
  await loaded?.sessions.release();
  if (loaded && loaded.cpu !== loaded.sessions) await loaded.cpu.release();
}

async function runStage(call: StageCall): Promise<StageResult> {
  if (!warm)
    throw new UnsmearError('internal', { reason: 'unexpected', details: 'No plug-in is loaded.' });
  const { model, pace } = warm;
  const sessions = call.forceCpu ? warm.cpu : warm.sessions;
  const { provider } = sessions;
  const { width, height } = call;
  const key = `${provider} ${call.stage}`;
  const known = pace.get(key) ?? null;
  const limitMs = partLimitMs(width * height, known);
  const work = { reason: 'slow', model, width, height } as const;
  try {
    const result = await timed({ provider, limitMs, work }, () => sessions.run(call));
    pace.set(key, Math.max(known ?? 0, result.ms / (width * height)));
    return result;
  } catch (error) {
    throw isOutOfMemory(error) ? new UnsmearError('out-of-memory', {}, { cause: error }) : error;
  }
}

/** Emits the step to the engine's main thread, which ends the process if it takes too long. */
async function timed<T>(step: TimedStep, run: () => Promise<T>): Promise<T> {
  // Awaited until it is sent: `run` may block this thread for good.
  await host.step.asEvent(step);
  try {
    return await run();
  } finally {
    await host.step.asEvent(null);
  }
}

function probe(provider: ProviderId): Promise<ProviderStatus> {
  const step = { provider, limitMs: testLimitMs('cpu'), work: { reason: 'slow-device' } } as const;
  return timed(step, () => probeProvider(provider));
}

function forget(): Promise<void> {
  warm?.sessions.clear();
  warm?.cpu.clear();
  return Promise.resolve();
}

/** Errors of unknown meaning come from the plug-in's graphs. */
function orPluginFailed<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toUnsmearError(error, 'plugin-failed');
  });
}

const OUT_OF_MEMORY = [
  /out of (?:\w+ )?memory/i,
  /(?:not enough|insufficient) memory/i,
  /failed to allocate|bad_alloc|E_OUTOFMEMORY/i,
];

/** Recognises the message of a runtime or driver; they give no error code. */
function isOutOfMemory(error: unknown): boolean {
  return OUT_OF_MEMORY.some((pattern) => pattern.test(errorText(error)));
}

const port = parentPort;
if (!port) throw new Error('The engine worker runs in a worker thread only.');

const api: WorkerApi = {
  load: (spec) => orPluginFailed(load(spec)),
  runStage: (call) => orPluginFailed(runStage(call)),
  forget,
  probe,
};

const host = connect<WorkerHost, WorkerApi>(
  {
    post: (message) => port.postMessage(message),
    listen: (handler) => port.on('message', handler),
  },
  api,
);
