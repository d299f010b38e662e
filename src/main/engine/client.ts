/**
 * The engine as the app sees it: started when first needed, restarted after a crash, one photo at a
 * time. Killing its process in the middle of a photo does not change the result.
 */
import { randomUUID } from 'node:crypto';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import type { ProviderTest } from '../../shared/api/calls.js';
import type { ProviderId, ProviderStatus } from '../../shared/providers.js';
import {
  RestoreRequest,
  type RestoreEvent,
  type RestoreReport,
  type RestoreRequestInput,
} from '../../shared/restore.js';
import { unwrap } from './channel.js';
import { proportionalSize } from './process-memory.js';
import { EXIT_NO_RUNTIME, type JobResult, type Outcome, type Recovery } from './protocol.js';
import { probeAll, testOne, whileResting } from './provider-tests.js';
import {
  afterCrash,
  afterOutOfMemory,
  NO_CRASH,
  type CrashHistory,
  type CrashSite,
} from './recovery.js';
import {
  crashed,
  describeExit,
  noRuntime,
  RunningEngine,
  type Ended,
  type StudioListener,
} from './running-engine.js';
import { makeScratch, removeScratch, sweepScratch } from './scratch.js';
import { BACKGROUND, forkEngine, type SpawnEngine } from './spawn.js';

export interface EngineOptions {
  readonly spawn?: SpawnEngine;
  /** Its process gives way to whatever else the machine does. */
  readonly background?: boolean;
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

export class EngineClient {
  /** Hears what an engine says about an editor's photos. */
  studio: StudioListener | null = null;
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

  /** Every provider, probed. */
  probeProviders(signal: AbortSignal): Promise<ProviderStatus[]> {
    return probeAll(signal, () => this.start());
  }

  /** One provider, probed anew and timed; what runs meanwhile rests for as long. */
  testProvider(signal: AbortSignal, id: ProviderId, plugin: string): Promise<ProviderTest> {
    return whileResting(signal, this.engine, () => testOne(signal, () => this.start(), id, plugin));
  }

  /** Bytes that the engine's process holds; 0 while there is none. */
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

  /** The engine that runs, started when there is none. */
  current(): RunningEngine {
    this.refuseWhenClosing();
    if (this.engine?.gone === true) this.engine = null;
    return (this.engine ??= this.start());
  }

  /** Ends `engine`, whatever it is at; who needs one gets another. */
  async retire(engine: RunningEngine): Promise<void> {
    if (this.engine === engine) this.engine = null;
    // One that has died already has crashed, whatever is wanted now.
    if (!engine.gone) engine.retired = true;
    engine.process.kill();
    await engine.process.exited;
  }

  /** The same, when the one-shot jobs that were asked for are done. */
  async retireLater(engine: RunningEngine): Promise<void> {
    await this.enqueue(() => (engine.gone ? Promise.resolve() : this.retire(engine)));
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
        const engine = this.current();
        const ended = await this.attempt(signal, engine, attempt);
        // Others had it replaced: no crash, and nothing is to be changed.
        if ('exit' in ended && engine.retired) continue;
        if (!('exit' in ended) && !isOutOfMemory(ended.value)) {
          const { report, recycle } = unwrap(ended.value);
          if (recycle) await this.stop();
          if (history.total === 0) return report;
          return { ...report, ms: performance.now() - began - report.loadMs };
        }
        // After an out-of-memory too: the runtime gives back nothing that it took.
        await this.retire(engine);
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

  private start(): RunningEngine {
    const { spawn = forkEngine, background = false } = this.options;
    return new RunningEngine(spawn(background ? [BACKGROUND] : []), () => this.studio);
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
