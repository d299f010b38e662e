/**
 * Owns the engine process: starts it when it is first needed, and retries calls after a crash. What
 * to change after a crash is decided in crash-policy.ts.
 */
import { randomUUID } from 'node:crypto';
import type {
  ProviderId,
  ProviderStatus,
  ProviderTest,
} from '../../../shared/contracts/providers.js';
import { unlessAborted, withAbort } from '../../../shared/core/abort.js';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import { disableTelemetry, engineArguments } from '../process-start.js';
import {
  EXIT_NO_RUNTIME,
  type BlurAnswer,
  type ProcessMemory,
  type ScoreJob,
} from '../protocol.js';
import { probeAll, testOne, whilePaused } from './provider-tests.js';
import { RunningEngine, type SessionListener } from './running-engine.js';
import { forkEngine, startTracked, type SpawnEngine } from './spawn.js';

export interface EngineOptions {
  readonly spawn?: SpawnEngine;
  /** Runs the engine at lower priority. */
  readonly background?: boolean;
  /** Milliseconds between a cancel and the kill; default 1000. */
  readonly graceMs?: number;
}

export interface AskOptions {
  /** Number of engines that may die during the call before it fails; default 3. */
  readonly tries?: number;
  /** Handles an abort; the answer is then awaited. Default: an abort ends the wait. */
  readonly onAbort?: (engine: RunningEngine, answer: Promise<unknown>) => void;
}

/** Short enough for the command line to end within two seconds of a Ctrl-C. */
const GRACE_MS = 1000;
const TRIES = 3;

export class EngineSupervisor {
  readonly graceMs: number;
  /** Errors of plug-ins that never finish, by folder, so that the next photo fails at once. */
  readonly endless = new Map<string, UnsmearError>();
  /** Open photos by their ids. */
  readonly sessions = new Map<string, SessionListener>();
  /** Number of the newest run: it stops the earlier ones, of whichever session. */
  newestRun = 0;
  private engine: RunningEngine | null = null;
  private closed = false;

  constructor(private readonly options: EngineOptions = {}) {
    this.graceMs = options.graceMs ?? GRACE_MS;
  }

  /** Process id of the engine; `undefined` while none runs. */
  get pid(): number | undefined {
    return this.running?.process.pid;
  }

  /** Scores the blur of a photo; a second try uses the CPU. Rejects with an `UnsmearError`. */
  score(signal: AbortSignal, request: Omit<ScoreJob, 'id'>): Promise<BlurAnswer> {
    const id = randomUUID();
    const call = ({ rpc }: RunningEngine, deaths: number) =>
      rpc.score({ ...request, id, provider: deaths > 0 ? 'cpu' : request.provider });
    const onAbort = (engine: RunningEngine, answer: Promise<unknown>) => {
      void engine.rpc.cancel.asEvent(id);
      engine.retireAfter(this.graceMs, answer);
    };
    return this.ask(signal, call, { tries: 2, onAbort });
  }

  /** Probes every provider. */
  probeProviders(signal: AbortSignal): Promise<ProviderStatus[]> {
    return probeAll(signal, () => this.start());
  }

  /** Probes one provider and times a plug-in on it; pauses inference meanwhile. */
  testProvider(signal: AbortSignal, id: ProviderId, plugin: string): Promise<ProviderTest> {
    return whilePaused(signal, this.running, () => testOne(signal, () => this.start(), id, plugin));
  }

  /** Returns the memory of the engine's process; zeros while none runs. */
  async memory(): Promise<ProcessMemory> {
    const engine = this.running;
    const ended = engine && (await engine.call(engine.rpc.memory()));
    return ended && 'value' in ended ? ended.value : { bytes: 0, peakBytes: 0 };
  }

  /** Resolves when an engine runs. Rejects with `cancelled`, or if none can start. */
  async ready(signal: AbortSignal): Promise<void> {
    await this.ask(signal, ({ rpc }) => rpc.memory());
  }

  /** Calls the engine, and its successor if it dies: `call` gets the number of deaths before. */
  async ask<T>(
    signal: AbortSignal,
    call: (engine: RunningEngine, deaths: number) => Promise<T>,
    { tries = TRIES, onAbort }: AskOptions = {},
  ): Promise<T> {
    for (let deaths = 0; ;) {
      throwIfAborted(signal);
      const engine = this.current();
      const answer = engine.call(call(engine, deaths));
      const ended = await (onAbort === undefined
        ? unlessAborted(signal, answer)
        : withAbort(signal, answer, () => onAbort(engine, answer)));
      if ('value' in ended) return ended.value;
      // Another caller replaced it: no crash.
      if (engine.retired) continue;
      const { overdue } = engine;
      const hopeless = ended.exit.code === EXIT_NO_RUNTIME || overdue?.provider === 'cpu';
      if (hopeless || ++deaths === tries) throw engine.failure(ended.exit);
    }
  }

  /** Returns the running engine; starts one if none runs. Throws `cancelled` after `close`. */
  current(): RunningEngine {
    if (this.closed) throw new UnsmearError('cancelled');
    return this.running ?? (this.engine = this.start());
  }

  /** Ends the engine's process for good: calls reject with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running?.retire();
  }

  private get running(): RunningEngine | null {
    return this.engine?.alive ? this.engine : null;
  }

  private start(): RunningEngine {
    const { spawn = forkEngine, background = false } = this.options;
    // Inherited by the engine, however the host starts it.
    disableTelemetry();
    const args = engineArguments(background);
    return new RunningEngine(
      startTracked(() => spawn(args)),
      this.sessions,
    );
  }
}
