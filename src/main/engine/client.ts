/**
 * The engine as the app sees it: started when first needed, restarted after a crash, one photo at a
 * time. Killing its process in the middle of a photo does not change the result.
 */
import { randomUUID } from 'node:crypto';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import { PROVIDER_IDS, type ProviderId, type ProviderStatus } from '../../shared/providers.js';
import {
  RestoreRequest,
  type RestoreEvent,
  type RestoreReport,
  type RestoreRequestInput,
} from '../../shared/restore.js';
import { connect, unwrap } from './channel.js';
import {
  EXIT_NO_RUNTIME,
  type EngineApi,
  type JobResult,
  type Outcome,
  type Recovery,
  type SupervisorApi,
} from './protocol.js';
import {
  afterCrash,
  afterOutOfMemory,
  NO_CRASH,
  type CrashHistory,
  type CrashSite,
} from './recovery.js';
import { makeScratch, removeScratch, sweepScratch } from './scratch.js';
import { forkEngine, type EngineExit, type EngineProcess, type SpawnEngine } from './spawn.js';

export interface EngineOptions {
  readonly spawn?: SpawnEngine;
  /** Milliseconds between a cancel and the kill. */
  readonly graceMs?: number;
}

interface Attempt {
  readonly id: string;
  readonly request: RestoreRequest;
  readonly scratch: string;
  readonly recovery: Recovery;
  readonly onEvent: (event: RestoreEvent) => void;
}

const GRACE_MS = 2000;

const NOWHERE: CrashSite = { probing: null, tile: null, provider: null, tileSide: null };

export class EngineClient {
  private engine: RunningEngine | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private swept = false;
  private closing = false;

  constructor(private readonly options: EngineOptions = {}) {}

  /** The engine's process id while it runs. */
  get pid(): number | undefined {
    return this.engine?.process.pid;
  }

  /** Restores one photo; calls wait for each other. Rejects with an UnsmearError. */
  async restore(
    signal: AbortSignal,
    request: RestoreRequestInput,
    onEvent: (event: RestoreEvent) => void = () => undefined,
  ): Promise<RestoreReport> {
    const parsed = parseRequest(request);
    return this.enqueue(() => this.restoreNow(signal, parsed, onEvent));
  }

  /** Every provider, tested in a process of its own: a driver that crashes is only a failed test. */
  async probeProviders(signal: AbortSignal): Promise<ProviderStatus[]> {
    const statuses: ProviderStatus[] = [];
    let engine: RunningEngine | null = null;
    try {
      for (const id of PROVIDER_IDS) {
        throwIfAborted(signal);
        engine ??= this.start();
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

  /** Ends the engine's process and the photo it is at; a later call starts a new one. */
  async close(): Promise<void> {
    this.closing = true;
    await this.stop();
    await this.queue;
    this.closing = false;
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new UnsmearError('cancelled', 'The engine was closed.');
  }

  private async stop(): Promise<void> {
    const { engine } = this;
    this.engine = null;
    engine?.process.kill();
    await engine?.process.exited;
  }

  private enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined);
    return result;
  }

  private async restoreNow(
    signal: AbortSignal,
    request: RestoreRequest,
    onEvent: (event: RestoreEvent) => void,
  ): Promise<RestoreReport> {
    if (!this.swept) await sweepScratch();
    this.swept = true;
    const scratch = await makeScratch();
    const began = performance.now();
    try {
      let history = NO_CRASH;
      for (;;) {
        // Also what came while folders were made and removed: a listener added now would not hear of it.
        throwIfAborted(signal);
        this.refuseWhenClosing();
        const { recovery } = history;
        const attempt = { id: randomUUID(), request, scratch, recovery, onEvent };
        const engine = (this.engine ??= this.start());
        const ended = await this.attempt(signal, engine, attempt);
        if (!('exit' in ended) && !isOutOfMemory(ended.value)) {
          const { report, recycle } = unwrap(ended.value);
          if (recycle) await this.stop();
          if (history.total === 0) return report;
          return { ...report, ms: performance.now() - began - report.loadMs };
        }
        // After an out-of-memory too: the runtime gives back nothing that it took.
        await this.stop();
        throwIfAborted(signal);
        this.refuseWhenClosing();
        history = afterFailure(history, engine.site, ended);
        const { tile, provider } = engine.site;
        const reason = 'exit' in ended ? describeExit(ended.exit) : 'out of memory';
        onEvent({ type: 'retried', tile, provider, reason });
      }
    } finally {
      await removeScratch(scratch);
    }
  }

  private async attempt(
    signal: AbortSignal,
    engine: RunningEngine,
    attempt: Attempt,
  ): Promise<Ended<Outcome<JobResult>>> {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      void engine.rpc.cancel.asEvent(attempt.id);
      timer = setTimeout(() => {
        // A file that is being written is finished: a kill would leave its temporary half.
        if (!engine.encoding) engine.process.kill();
      }, this.options.graceMs ?? GRACE_MS);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    engine.begin(attempt);
    try {
      const { id, request, scratch, recovery } = attempt;
      return await engine.call(engine.rpc.restore({ id, request, scratch, recovery }));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private start(): RunningEngine {
    return new RunningEngine((this.options.spawn ?? forkEngine)());
  }
}

type Ended<T> = { readonly value: T } | { readonly exit: EngineExit };

/** One life of the engine process, and where it is in its work. */
class RunningEngine {
  site: CrashSite = NOWHERE;
  encoding = false;
  readonly rpc;
  private current: Attempt | null = null;

  constructor(readonly process: EngineProcess) {
    const api: SupervisorApi = {
      event: (id, event) => this.onEvent(id, event),
      tileStarted: (_, tile) => {
        this.site = { ...this.site, tile };
        return true;
      },
      probing: (provider) => {
        this.site = { ...this.site, probing: provider };
        return true;
      },
    };
    this.rpc = connect<EngineApi, SupervisorApi>(process.channel, api);
  }

  begin(attempt: Attempt): void {
    this.current = attempt;
    this.site = NOWHERE;
    this.encoding = false;
  }

  /** The call's answer, or the process's end if that comes first. */
  call<T>(answer: Promise<T>): Promise<Ended<T>> {
    return Promise.race([
      answer.then((value) => ({ value })),
      this.process.exited.then((exit) => ({ exit })),
    ]);
  }

  private onEvent(id: string, event: RestoreEvent): void {
    if (this.current?.id !== id) return;
    if (event.type === 'loaded') this.site = { ...this.site, provider: event.provider };
    if (event.type === 'planned') {
      this.site = { ...this.site, tileSide: Math.max(event.tileWidth, event.tileHeight) };
    }
    if (event.type === 'progress') this.site = { ...this.site, tile: null };
    if (event.type === 'encoding') this.encoding = true;
    this.current.onEvent(event);
  }
}

function isOutOfMemory(result: Outcome<JobResult>): boolean {
  return !result.ok && result.error.code === 'out-of-memory';
}

/** What to change for the next attempt; throws when there is nothing left to try. */
function afterFailure(
  history: CrashHistory,
  site: CrashSite,
  ended: Ended<Outcome<JobResult>>,
): CrashHistory {
  if ('exit' in ended) {
    if (ended.exit.code === EXIT_NO_RUNTIME) throw noRuntime(ended.exit);
    const next = afterCrash(history, site);
    if (next === null) throw crashed(ended.exit);
    return next;
  }
  const next = afterOutOfMemory(history, site);
  if (next === null) unwrap(ended.value);
  return next ?? history;
}

function parseRequest(request: RestoreRequestInput): RestoreRequest {
  const parsed = RestoreRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new UnsmearError('option-invalid', `${where}: ${issue?.message ?? 'is wrong'}.`);
}

function crashedProbe(id: ProviderId, exit: EngineExit): ProviderStatus {
  const reason = `It crashed when it was tested (${describeExit(exit)}).`;
  return { id, available: false, probed: true, device: null, reason };
}

function crashed(exit: EngineExit): UnsmearError {
  return new UnsmearError('engine-crashed', `The engine crashed (${describeExit(exit)}).`, {
    hint: 'Try --provider cpu or a smaller --tile.',
    cause: exit.stderr,
  });
}

function noRuntime(exit: EngineExit): UnsmearError {
  return new UnsmearError('engine-missing', 'The inference runtime could not be loaded.', {
    hint: 'Reinstall with "npm ci"; on Intel Macs no runtime is published.',
    cause: exit.stderr,
  });
}

function describeExit({ code, signal }: EngineExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
