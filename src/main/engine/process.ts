/** The engine process: serves the supervisor and owns the worker thread. Loaded by entry.ts. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { UnsmearError } from '../../shared/core/errors.js';
import type { Channel } from '../../shared/protocol/channel.js';
import { loadManifest } from '../plugins/verify.js';
import { builtFile } from '../storage/built-file.js';
import { BlurScorer } from './network/blur-scorer.js';
import { connect } from './channel.js';
import { measureNetwork } from './network/measure.js';
import type { WorkerApi, WorkerHost } from './inference/protocol.js';
import { StepWatch } from './inference/step-limit.js';
import { NetworkLock } from './network/network-lock.js';
import { ownMemory } from './process-memory.js';
import { parentChannel } from './process-start.js';
import {
  EXIT_NO_RUNTIME,
  type EngineApi,
  type SessionApi,
  type SupervisorApi,
} from './protocol.js';
import { CompositeCache } from './session/composite.js';
import { DecodedPhotoCache } from './session/decoded-photos.js';
import { RestorationSession, type SessionHost } from './session/restoration-session.js';
import { Runs } from './session/runs.js';
import { TileStores } from './session/tile-store.js';

/**
 * Limits after which the process is replaced: the runtime never returns the memory that it takes
 * for a shape of tiles, on some devices outside the process. While photos are open a restart is
 * noticed; without open photos, between those of a batch, it costs a second.
 */
const LIMITS = {
  open: { shapes: 8, residentBytes: 3 * 2 ** 30 },
  closed: { shapes: 32, residentBytes: 1.5 * 2 ** 30 },
};

/** Milliseconds until the process ends itself if the supervisor does not end it. */
const OVERDUE_GRACE_MS = 5000;

function startWorker(host: WorkerHost) {
  const thread = new Worker(builtFile('engine-worker.js'));
  let started = false;
  thread.once('message', () => (started = true));
  // Until its first message the worker loads the runtime; dying then means that it cannot be
  // loaded.
  const die = (error: Error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(started ? 1 : EXIT_NO_RUNTIME);
  };
  thread.on('error', die);
  thread.on('messageerror', die);
  thread.on('exit', (code) => die(new Error(`The engine's worker ended (${code}).`)));
  const channel: Channel = {
    post: (message) => thread.postMessage(message),
    listen: (handler) => thread.on('message', handler),
  };
  return connect<WorkerApi, WorkerHost>(channel, host);
}

const sessions = new Map<string, RestorationSession>();
const runs = new Runs();
const composites = new CompositeCache();
const photos = new DecodedPhotoCache(
  ({ id }) => runs.of(id) !== null,
  ({ id }) => composites.drop(id),
);

function sessionOf(id: string): RestorationSession {
  const session = sessions.get(id);
  if (!session) throw new UnsmearError('photo-not-open');
  return session;
}

/** Exports and scores in progress, which `cancel` ends by their ids. */
const cancellable = new Map<string, AbortController>();

async function withCancel<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  cancellable.set(id, controller);
  try {
    return await work(controller.signal);
  } finally {
    cancellable.delete(id);
  }
}

/** Pixels decoded since the last forced collection. */
let decoded = 0;

/**
 * Forces a collection if `limit` pixels were decoded since the last one. The collector does not
 * count the buffers behind its small objects: without this, a large photo's pixels stay in memory
 * while the next one is decoded.
 */
function collectGarbage(limit: number): void {
  if (decoded < limit) return;
  decoded = 0;
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Plug-ins with the shapes of their tiles that the runtime has memory for. */
const shapes = new Set<string>();

/** Reports that a run has ended or a photo was closed, and whether to replace the process. */
function reportIdle(limit: { readonly shapes: number; readonly residentBytes: number }): void {
  const grown = shapes.size > limit.shapes || process.memoryUsage.rss() > limit.residentBytes;
  void supervisor.idle.asEvent(grown);
}

let resume: () => void = () => undefined;

const api: EngineApi = {
  open: async (call) => {
    const { session, facts } = await RestorationSession.open(sessionHost, call);
    sessions.set(call.session, session);
    decoded += facts.width * facts.height;
    return facts;
  },
  close: async (id) => {
    const session = sessions.get(id);
    sessions.delete(id);
    await session?.close();
    collectGarbage(16e6);
    reportIdle(LIMITS[sessions.size === 0 ? 'closed' : 'open']);
  },
  session: (id, method, args) => {
    const session = sessionOf(id) as Record<keyof SessionApi, (...args: unknown[]) => unknown>;
    return Promise.resolve(session[method](...args));
  },
  export: (call) => {
    const progress = (done: number) => void supervisor.exporting.asEvent(call.id, done);
    return withCancel(call.id, (signal) => sessionOf(call.session).export(signal, call, progress));
  },
  score: async (job) => {
    const answer = await withCancel(job.id, (signal) => scorer.score(signal, job));
    decoded += answer.blur.width * answer.blur.height;
    collectGarbage(64e6);
    return answer;
  },
  probe: (provider) => worker.probe(provider),
  measure: async (provider, plugin) =>
    measureNetwork(worker, plugin, await loadManifest(plugin), provider),
  pause: () =>
    new Promise((paused) => {
      void network.hold(() => {
        paused();
        return new Promise<void>((resolve) => (resume = resolve));
      });
    }),
  resume: () => resume(),
  memory: async () => ({
    bytes: await ownMemory(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
  cancel: (id) => cancellable.get(id)?.abort(),
};

/** Reports a step that hangs: only the end of the process stops it, and the supervisor ends it. */
const steps = new StepWatch((step) => {
  void supervisor.overdue.asEvent(step);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), OVERDUE_GRACE_MS);
});

// Ctrl-C reaches the whole process group; the supervisor decides what to do about it.
process.on('SIGINT', () => undefined);

const supervisor = connect<SupervisorApi, EngineApi>(parentChannel(), api);
const worker = startWorker({
  probing: (provider) => supervisor.probing(provider),
  step: (step) => steps.set(step),
});
const network = new NetworkLock(worker);
const scorer = new BlurScorer({ worker, network });
const sessionHost: SessionHost = {
  ...{ worker, network, photos, composites, runs },
  stores: new TileStores(),
  emit: (source, event) => void supervisor.event.asEvent(source, event),
  stepStarted: (session, tile) => supervisor.stepStarted(session, tile),
  idle: (shape) => {
    shapes.add(shape);
    reportIdle(LIMITS.open);
  },
};
