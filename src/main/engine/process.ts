/** Entry of the engine process: serves the supervisor, owns the worker thread. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { UnsmearError } from '../../shared/errors.js';
import type { ProviderId } from '../../shared/providers.js';
import { connect, outcome, unwrap, type Channel } from './channel.js';
import { restorePhoto } from './job.js';
import {
  EXIT_NO_RUNTIME,
  type EngineApi,
  type JobResult,
  type RestoreJob,
  type SupervisorApi,
  type WorkerApi,
  type WorkerHost,
} from './protocol.js';

/** Every new tile shape and every new plug-in adds to what the runtime keeps. */
const MAX_SHAPES = 4;
const MAX_IDLE_RSS = 1.5 * 2 ** 30;

/** From this size on a photo's buffers are given back before the next one is decoded. */
const LARGE_PHOTO = 16_000_000;

/**
 * The collector does not see how large the buffers behind its small objects are: without this, a
 * large photo's pixels are still there while the next one is decoded.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** `child_process.fork` or Electron's utility process, whichever started us. */
function parentChannel(): Channel {
  const { parentPort } = process as { parentPort?: ElectronPort };
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (handler) => parentPort.on('message', (event) => handler(event.data)),
    };
  }
  // Without a parent nobody wants the work.
  process.on('disconnect', () => process.exit(0));
  return {
    post: (message) => process.send?.(message),
    listen: (handler) => process.on('message', handler),
  };
}

interface ElectronPort {
  postMessage(message: unknown): void;
  on(event: 'message', handler: (event: { data: unknown }) => void): void;
}

function startWorker(host: WorkerHost) {
  const here = dirname(fileURLToPath(import.meta.url));
  const thread = new Worker(join(here, 'engine-worker.js'));
  let started = false;
  thread.once('message', () => (started = true));
  // Before its first word the worker loads the runtime; after that its death is a crash like any other.
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

const running = new Map<string, AbortController>();
const shapes = new Set<string>();

async function restore(job: RestoreJob): Promise<JobResult> {
  if (running.size > 0) throw new UnsmearError('internal', 'The engine is busy.');
  const controller = new AbortController();
  running.set(job.id, controller);
  try {
    const { report, shape } = await restorePhoto(controller.signal, job, {
      worker,
      emit: (event) => void supervisor.event.asEvent(job.id, event),
      tileStarted: (tile) => supervisor.tileStarted(job.id, tile),
    });
    shapes.add(`${job.request.plugin} ${report.provider} ${shape}`);
    if (report.width * report.height >= LARGE_PHOTO) collectGarbage();
    const recycle = shapes.size > MAX_SHAPES || process.memoryUsage.rss() > MAX_IDLE_RSS;
    return { report, recycle };
  } finally {
    running.delete(job.id);
  }
}

const api: EngineApi = {
  restore: (job) => outcome(() => restore(job)),
  probe: (provider: ProviderId) => outcome(async () => unwrap(await worker.probe(provider))),
  cancel: (id) => running.get(id)?.abort(),
};

// Ctrl-C reaches the whole process group; the supervisor decides what it means.
process.on('SIGINT', () => undefined);

const supervisor = connect<SupervisorApi, EngineApi>(parentChannel(), api);
const worker = startWorker({ probing: (provider) => supervisor.probing(provider) });
