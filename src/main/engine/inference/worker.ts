/** Worker thread of the engine process: owns the sessions, because `run()` blocks its thread. */
import { parentPort } from 'node:worker_threads';
import { UnsmearError } from '../../../shared/core/errors.js';
import { connect, outcome } from '../channel.js';
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

interface Warm {
  readonly key: string;
  readonly spec: LoadSpec;
  readonly loaded: Loaded;
  /** Milliseconds per pixel of the slowest run so far, by device and stage. */
  readonly pace: Map<string, number>;
}

/** Sessions that stay loaded for the next photo with the same plug-in and provider. */
let warm: Warm | null = null;

async function load(spec: LoadSpec): Promise<LoadResult> {
  const key = JSON.stringify(spec);
  if (warm?.key === key) return describe(warm.loaded, 0);
  const start = performance.now();
  await release();
  const loaded = await selectProvider(spec, {
    announce: (provider) => host.probing(provider),
    test: (provider, side, run) =>
      timed(
        {
          ...{ kind: 'self-test', provider, model: spec.plugin.manifest.name },
          ...{ width: side, height: side, limitMs: testLimitMs(provider) },
        },
        run,
      ),
  });
  warm = { key, spec, loaded, pace: new Map() };
  return describe(loaded, performance.now() - start);
}

async function describe(loaded: Loaded, loadMs: number): Promise<LoadResult> {
  const { provider } = loaded.sessions;
  return { provider, device: await deviceName(provider), loadMs, warnings: loaded.warnings };
}

async function release(): Promise<void> {
  const loaded = warm?.loaded;
  warm = null;
  await loaded?.sessions.release();
  if (loaded && loaded.cpu !== loaded.sessions) await loaded.cpu.release();
}

async function runStage(call: StageCall): Promise<StageResult> {
  if (!warm)
    throw new UnsmearError('internal', { reason: 'unexpected', details: 'No plug-in is loaded.' });
  const { spec, loaded, pace } = warm;
  const sessions = call.forceCpu ? loaded.cpu : loaded.sessions;
  const { width, height, stage } = call;
  const key = `${sessions.provider} ${stage}`;
  const known = pace.get(key) ?? null;
  const step: TimedStep = {
    ...{ kind: 'part', provider: sessions.provider, model: spec.plugin.manifest.name },
    ...{ width, height, limitMs: partLimitMs(width * height, known) },
  };
  try {
    const result = await timed(step, () => sessions.run(call));
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

function probe(provider: LoadResult['provider']) {
  const size = { width: 0, height: 0 };
  const step: TimedStep = {
    kind: 'probe',
    provider,
    model: null,
    ...size,
    limitMs: testLimitMs('cpu'),
  };
  return timed(step, () => probeProvider(provider));
}

function forget(): null {
  warm?.loaded.sessions.clear();
  warm?.loaded.cpu.clear();
  return null;
}

const OUT_OF_MEMORY = [
  /out of (?:\w+ )?memory/i,
  /(?:not enough|insufficient) memory/i,
  /failed to allocate|bad_alloc|E_OUTOFMEMORY/i,
];

/** Recognises the message of a runtime or driver; they give no error code. */
function isOutOfMemory(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return OUT_OF_MEMORY.some((pattern) => pattern.test(text));
}

const port = parentPort;
if (!port) throw new Error('The engine worker runs in a worker thread only.');

const api: WorkerApi = {
  load: (spec) => outcome(() => load(spec), 'plugin-failed'),
  runStage: (call) => outcome(() => runStage(call), 'plugin-failed'),
  forget: () => outcome(forget),
  probe: (provider) => outcome(() => probe(provider)),
};

const host = connect<WorkerHost, WorkerApi>(
  {
    post: (message) => {
      port.postMessage(message);
    },
    listen: (handler) => port.on('message', handler),
  },
  api,
);
