/** The engine process: serves the supervisor and owns the worker thread. Loaded by entry.ts. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { UnsmearError } from '../../shared/core/errors.js';
import type { ProviderId } from '../../shared/contracts/providers.js';
import { builtFile } from '../storage/built-file.js';
import { connect, outcome, unwrap, type Channel } from './channel.js';
import { restorePhoto } from './session/job.js';
import { loadManifest } from '../plugins/verify.js';
import { measureNetwork } from './inference/measure.js';
import {
  EXIT_NO_RUNTIME,
  type EngineApi,
  type JobResult,
  type RestoreJob,
  type SupervisorApi,
  type WorkerApi,
  type WorkerHost,
} from './protocol.js';
import { NetworkLock } from './inference/network-lock.js';
import { StepWatch } from './step-limit.js';
import { Studio } from './session/studio.js';
import { Triage } from './blur/judge.js';
import type { TriageAnswer, TriageJob } from './blur/protocol.js';

/**
 * Tile shapes and plug-ins after which the process is replaced: the runtime keeps memory for each, on
 * some devices outside the process. A restart costs a second, so small batches must not reach this.
 */
const MAX_SHAPES = 32;
/** The same for an editor's engine, which restarts while it is idle. */
const MAX_STUDIO_SHAPES = 8;
/** Resident bytes above which an idle engine is replaced. */
const MAX_IDLE_RSS = 1.5 * 2 ** 30;
/** The same with an editor's photos in memory. */
const MAX_STUDIO_RSS = 3 * 2 ** 30;

/** Pixels of a photo whose buffers are freed before the next one is decoded. */
const LARGE_PHOTO = 16_000_000;

/** How long the supervisor may take to end an engine whose runtime hangs. */
const OVERDUE_GRACE_MS = 5000;

/**
 * Forces a collection. The collector does not count the buffers behind its small objects: without
 * this, a large photo's pixels stay in memory while the next one is decoded.
 */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Returns the channel to `child_process.fork` or to Electron, whichever started this process. */
function parentChannel(): Channel {
  const { parentPort } = process as { parentPort?: ElectronPort };
  if (parentPort) {
    return {
      post: (message) => parentPort.postMessage(message),
      listen: (handler) => parentPort.on('message', (event) => handler(event.data)),
    };
  }
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
  const thread = new Worker(builtFile('engine-worker.js', 'The engine'));
  let started = false;
  thread.once('message', () => (started = true));
  // Until its first message the worker loads the runtime; dying then means that it cannot be loaded.
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
const network = new NetworkLock();
const shapes = new Set<string>();

let restoring = false;

async function restore(job: RestoreJob): Promise<JobResult> {
  if (restoring) throw new UnsmearError('internal', 'The engine is busy.');
  restoring = true;
  try {
    const { report, shape } = await cancellable(job.id, (signal) =>
      network.hold(() =>
        restorePhoto(signal, job, {
          worker,
          emit: (event) => void supervisor.event.asEvent(job.id, event),
          tileStarted: (tile) => supervisor.tileStarted(job.id, tile),
        }),
      ),
    );
    shapes.add(`${job.request.plugin} ${report.provider} ${shape}`);
    if (report.width * report.height >= LARGE_PHOTO) collectGarbage();
    const recycle = shapes.size > MAX_SHAPES || process.memoryUsage.rss() > MAX_IDLE_RSS;
    return { report, recycle };
  } finally {
    restoring = false;
  }
}

/** Pixels decoded for triage since the last forced collection. */
let judged = 0;

async function judge(job: TriageJob): Promise<TriageAnswer> {
  const answer = await cancellable(job.id, (signal) => triage.judge(signal, job));
  judged += answer.blur.width * answer.blur.height;
  if (judged >= LARGE_PHOTO * 4) {
    judged = 0;
    collectGarbage();
  }
  return answer;
}

async function cancellable<T>(id: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(id);
  }
}

let giveBack: () => void = () => undefined;

/** Pauses inference while another process tests a device. */
function lend(): Promise<null> {
  return new Promise((resolve) => {
    void network.hold(
      () =>
        new Promise<void>((release) => {
          giveBack = release;
          resolve(null);
        }),
    );
  });
}

/** Counts the shapes of an editor's finished result and reports whether to replace the process. */
function studioIdle(shape: string): void {
  shapes.add(shape);
  const recycle = shapes.size > MAX_STUDIO_SHAPES || process.memoryUsage.rss() > MAX_STUDIO_RSS;
  void supervisor.studioIdle.asEvent(recycle);
}

const api: EngineApi = {
  restore: (job) => outcome(() => restore(job)),
  probe: (provider: ProviderId) => outcome(async () => unwrap(await worker.probe(provider))),
  measure: (provider, plugin) =>
    outcome(async () => measureNetwork(worker, plugin, await loadManifest(plugin), provider)),
  lend: () => outcome(() => lend()),
  giveBack: () => giveBack(),
  memory: () => process.memoryUsage.rss(),
  cancel: (id) => running.get(id)?.abort(),
  studioOpen: (call) => outcome(() => studio.open(call)),
  studioClose: (photo) => outcome(() => studio.close(photo).then(() => null)),
  studioTile: (call) => outcome(() => studio.tile(call)),
  studioStart: (call) => outcome(() => studio.start(call)),
  studioLook: (photo, view) => outcome(() => studio.lookAt(photo, view)),
  studioStop: (photo) => outcome(() => studio.stop(photo).then(() => null)),
  studioPreview: (photo, result) => outcome(() => studio.preview(photo, result)),
  studioMap: (photo, result, map) => outcome(() => studio.map(photo, result, map)),
  studioExport: (call) =>
    outcome(() =>
      cancellable(call.id, (signal) =>
        studio.export(
          signal,
          call,
          (done) => void supervisor.studioExporting.asEvent(call.id, done),
        ),
      ),
    ),
  studioBlur: (call) => outcome(() => studio.blur(call)),
  triage: (job) => outcome(() => judge(job)),
};

/** Reports the hanging step. Only the process's end stops the runtime, and the supervisor sees to it. */
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
const triage = new Triage({ worker, network });
const studio = new Studio({
  worker,
  network,
  emit: (about, event) => void supervisor.studioEvent.asEvent(about, event),
  stepStarted: (photo, tile) => supervisor.studioStep(photo, tile),
  idle: studioIdle,
});
