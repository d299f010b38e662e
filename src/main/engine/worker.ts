/** Worker thread of the engine process: owns the sessions, because `run()` blocks its thread. */
import { parentPort } from 'node:worker_threads';
import { UnsmearError } from '../../shared/errors.js';
import { connect, outcome } from './channel.js';
import { deviceName } from './device-name.js';
import { climb, type Loaded } from './ladder.js';
import { probeProvider } from './probe.js';
import type { LoadResult, LoadSpec, StageCall, WorkerApi, WorkerHost } from './protocol.js';

/** Sessions stay warm for the next photo with the same plug-in and provider. */
let warm: { readonly key: string; readonly loaded: Loaded } | null = null;

async function load(spec: LoadSpec): Promise<LoadResult> {
  const key = JSON.stringify(spec);
  if (warm?.key === key) return describe(warm.loaded, 0);
  const start = performance.now();
  await release();
  const loaded = await climb(spec, (provider) => host.probing(provider));
  warm = { key, loaded };
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

function runStage(call: StageCall) {
  if (!warm) throw new UnsmearError('internal', 'No plug-in is loaded.');
  const { sessions, cpu } = warm.loaded;
  return (call.forceCpu ? cpu : sessions).run(call).catch((error: unknown) => {
    throw isOutOfMemory(error) ? outOfMemory(error) : error;
  });
}

function forget(): null {
  warm?.loaded.sessions.clear();
  warm?.loaded.cpu.clear();
  return null;
}

/** Runtimes and drivers have no code for it, only sentences. */
function isOutOfMemory(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return /out of (?:\w+ )?memory|bad_alloc|(?:not enough|insufficient) memory|failed to allocate|E_OUTOFMEMORY/i.test(
    text,
  );
}

function outOfMemory(cause: unknown): UnsmearError {
  return new UnsmearError('out-of-memory', 'There is not enough memory for a tile.', {
    hint: 'Try a smaller --tile, or close other programs.',
    cause,
  });
}

const port = parentPort;
if (!port) throw new Error('The engine worker runs in a worker thread only.');

const api: WorkerApi = {
  load: (spec) => outcome(() => load(spec), 'plugin-failed'),
  runStage: (call) => outcome(() => runStage(call), 'plugin-failed'),
  forget: () => outcome(forget),
  probe: (provider) => outcome(() => probeProvider(provider)),
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
