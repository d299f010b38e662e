/**
 * The app's handle on the engine: starts it when first needed, restarts it after a crash, restores one
 * photo at a time. Killing its process in the middle of a photo does not change the result.
 */
import { randomUUID } from 'node:crypto';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import type { ProviderTest } from '../../../shared/protocol/calls.js';
import type { ProviderId, ProviderStatus } from '../../../shared/contracts/providers.js';
import {
  RestoreRequest,
  type RestoreEvent,
  type RestoreReport,
  type RestoreRequestInput,
} from '../../../shared/contracts/restore.js';
import { startTracked } from './all-engines.js';
import { BACKGROUND } from '../background.js';
import { unwrap } from '../channel.js';
import { parentArgument } from '../parent.js';
import { proportionalSize } from './process-memory.js';
import { EXIT_NO_RUNTIME, type JobResult, type Outcome, type Recovery } from '../protocol.js';
import { probeAll, testOne, whileResting } from './provider-tests.js';
import { silenceRuntime } from '../quiet.js';
import {
  afterCrash,
  afterOutOfMemory,
  afterOverdue,
  NO_CRASH,
  type CrashHistory,
} from './recovery.js';
import { describeExit, RunningEngine, type Ended, type StudioListener } from './running-engine.js';
import { makeScratch, removeScratch, sweepScratch } from '../../storage/scratch.js';
import { forkEngine, type SpawnEngine } from './spawn.js';
import { overdueError } from '../step-limit.js';

export interface EngineOptions {
  readonly spawn?: SpawnEngine;
  /** Runs the engine at lower priority. */
  readonly background?: boolean;
  /** Milliseconds between a cancel and the kill; default 1000. */
  readonly graceMs?: number;
}

interface Attempt {
  readonly id: string;
  readonly request: RestoreRequest;
  readonly scratch: string;
  readonly recovery: Recovery;
  readonly onEvent: (event: RestoreEvent) => void;
}

/** Short enough for the command line to end within two seconds of a Ctrl-C. */
const GRACE_MS = 1000;

export class EngineClient {
  /** Receives the engine's events about an editor's photos. */
  studio: StudioListener | null = null;
  private engine: RunningEngine | null = null;
  private queue: Promise<unknown> = Promise.resolve();
  private swept = false;
  private closing = false;
  /** Errors of plug-ins that never finish, by folder: the next photo must not wait for minutes again. */
  private readonly endless = new Map<string, UnsmearError>();

  constructor(private readonly options: EngineOptions = {}) {}

  /** Process number of the engine; `undefined` while none runs. */
  get pid(): number | undefined {
    return this.engine?.process.pid;
  }

  /** Restores one photo; calls wait for each other. Rejects with an `UnsmearError`. */
  async restore(
    signal: AbortSignal,
    request: RestoreRequestInput,
    onEvent: (event: RestoreEvent) => void = () => undefined,
  ): Promise<RestoreReport> {
    const parsed = parseRequest(request);
    return this.enqueue(() => this.restoreNow(signal, parsed, onEvent));
  }

  /** Probes every provider. */
  probeProviders(signal: AbortSignal): Promise<ProviderStatus[]> {
    return probeAll(signal, () => this.start());
  }

  /** Probes one provider anew and times it; pauses whatever runs meanwhile. */
  testProvider(signal: AbortSignal, id: ProviderId, plugin: string): Promise<ProviderTest> {
    return whileResting(signal, this.engine, () => testOne(signal, () => this.start(), id, plugin));
  }

  /** Returns the memory of the engine's process in bytes; 0 while none runs. */
  async memory(): Promise<number> {
    const { engine } = this;
    if (engine === null || engine.gone) return 0;
    const pss = await proportionalSize(engine.process.pid);
    if (pss !== null) return pss;
    const ended = await engine.call(engine.rpc.memory());
    return 'exit' in ended ? 0 : ended.value;
  }

  get isClosing(): boolean {
    return this.closing;
  }

  /** Returns the running engine; starts one if none runs. */
  current(): RunningEngine {
    this.refuseWhenClosing();
    if (this.engine?.gone === true) this.engine = null;
    return (this.engine ??= this.start());
  }

  /** Ends `engine`, whatever it does; the next caller gets a new one. */
  async retire(engine: RunningEngine): Promise<void> {
    if (this.engine === engine) this.engine = null;
    // An engine that has died already did crash.
    if (!engine.gone) engine.retired = true;
    engine.process.kill();
    await engine.process.exited;
  }

  /** Ends `engine` after the queued one-shot jobs. */
  async retireLater(engine: RunningEngine): Promise<void> {
    await this.enqueue(() => (engine.gone ? Promise.resolve() : this.retire(engine)));
  }

  /** Ends the engine's process and cancels its photo; a later call starts a new one. */
  async close(): Promise<void> {
    this.closing = true;
    await this.stop();
    await this.queue;
    this.endless.clear();
    this.closing = false;
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw new UnsmearError('cancelled', 'The engine was closed.');
  }

  private async stop(): Promise<void> {
    if (this.engine) await this.retire(this.engine);
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
    const known = this.endless.get(request.plugin);
    if (known !== undefined) throw known;
    if (!this.swept) await sweepScratch();
    this.swept = true;
    const scratch = await makeScratch();
    const began = performance.now();
    try {
      let history = NO_CRASH;
      for (;;) {
        // The signal may have come while folders were made: a listener added below would miss it.
        throwIfAborted(signal);
        this.refuseWhenClosing();
        const { recovery } = history;
        const attempt = { id: randomUUID(), request, scratch, recovery, onEvent };
        const engine = this.current();
        const ended = await this.attempt(signal, engine, attempt);
        // Another caller replaced it: no crash, so try again unchanged.
        if ('exit' in ended && engine.retired) continue;
        if (!('exit' in ended) && !isOutOfMemory(ended.value)) {
          const { report, recycle } = unwrap(ended.value);
          if (recycle) await this.stop();
          if (history.total === 0) return report;
          return { ...report, ms: performance.now() - began - report.loadMs };
        }
        // After an out-of-memory too: the runtime never returns memory.
        await this.retire(engine);
        throwIfAborted(signal);
        this.refuseWhenClosing();
        history = this.afterFailure(request, history, engine, ended);
        const { tile, provider } = engine.site;
        onEvent({ type: 'retried', tile, provider, reason: describeFailure(engine, ended) });
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
        // A file that is being written may be finished: a kill leaves a temporary file behind.
        if (!engine.encoding) void this.retire(engine);
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

  /** Returns what to change for the next attempt; throws when nothing is left to try. */
  private afterFailure(
    { plugin }: RestoreRequest,
    history: CrashHistory,
    engine: RunningEngine,
    ended: Ended<Outcome<JobResult>>,
  ): CrashHistory {
    const { overdue, site } = engine;
    if (!('exit' in ended)) {
      const next = afterOutOfMemory(history, site);
      if (next === null) unwrap(ended.value);
      return next ?? history;
    }
    if (overdue !== null) {
      const next = afterOverdue(history, overdue.provider);
      if (next !== null) return next;
      const error = overdueError(overdue);
      this.endless.set(plugin, error);
      throw error;
    }
    const next = ended.exit.code === EXIT_NO_RUNTIME ? null : afterCrash(history, site);
    if (next === null) throw engine.failure(ended.exit);
    return next;
  }

  private start(): RunningEngine {
    const { spawn = forkEngine, background = false } = this.options;
    // Inherited by the engine, however the host starts it.
    silenceRuntime();
    const args = [parentArgument(), ...(background ? [BACKGROUND] : [])];
    return new RunningEngine(
      startTracked(() => spawn(args)),
      () => this.studio,
    );
  }
}

function isOutOfMemory(result: Outcome<JobResult>): boolean {
  return !result.ok && result.error.code === 'out-of-memory';
}

function describeFailure(engine: RunningEngine, ended: Ended<unknown>): string {
  if (!('exit' in ended)) return 'out of memory';
  return engine.overdue === null ? describeExit(ended.exit) : 'it did not finish in time';
}

function parseRequest(request: RestoreRequestInput): RestoreRequest {
  const parsed = RestoreRequest.safeParse(request);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new UnsmearError('option-invalid', `${where}: ${issue?.message ?? 'is wrong'}.`);
}
