/**
 * Owns the engine process: starts it when it is first needed, retries calls after a crash, replaces
 * a process that has grown. What to change after a crash is decided in crash-policy.ts.
 */
import { randomUUID } from 'node:crypto';
import type {
  ProviderId,
  ProviderStatus,
  ProviderTest,
} from '../../../shared/contracts/providers.js';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import { unlessAborted, unwrap, type Outcome } from '../channel.js';
import { disableTelemetry, engineArguments } from '../process-start.js';
import {
  EXIT_NO_RUNTIME,
  type BlurAnswer,
  type EventSource,
  type PhotoFacts,
  type ScoreJob,
  type SessionEvent,
} from '../protocol.js';
import { proportionalSize } from './process-memory.js';
import { probeAll, testOne, whilePaused } from './provider-tests.js';
import { RunningEngine, type EngineEvents } from './running-engine.js';
import { SessionClient } from './session-client.js';
import type { AskOptions, SessionOptions, SessionSupervisor } from './session-connection.js';
import { forkEngine, startTracked, type EngineExit, type SpawnEngine } from './spawn.js';

export interface EngineOptions {
  readonly spawn?: SpawnEngine;
  /** Runs the engine at lower priority. */
  readonly background?: boolean;
  /** Milliseconds between a cancel and the kill; default 1000. */
  readonly graceMs?: number;
}

/** Short enough for the command line to end within two seconds of a Ctrl-C. */
const GRACE_MS = 1000;
const TRIES = 3;

export class EngineSupervisor implements EngineEvents, SessionSupervisor {
  readonly graceMs: number;
  /** Errors of plug-ins that never finish, by folder, so that the next photo fails at once. */
  readonly endless = new Map<string, UnsmearError>();
  private engine: RunningEngine | null = null;
  private readonly sessions = new Map<string, SessionClient>();
  /** Engine that has grown, replaced when no photo needs it; `null` = none. */
  private needsRestart: RunningEngine | null = null;
  private closed = false;

  constructor(private readonly options: EngineOptions = {}) {
    this.graceMs = options.graceMs ?? GRACE_MS;
  }

  /** Process id of the engine; `undefined` while none runs. */
  get pid(): number | undefined {
    return this.engine?.process.pid;
  }

  get isClosing(): boolean {
    return this.closed;
  }

  /** Opens a photo. Rejects with the decoder's errors, `file-missing` or `cancelled`. */
  async open(
    signal: AbortSignal,
    options: SessionOptions,
  ): Promise<{ readonly session: SessionClient; readonly facts: PhotoFacts }> {
    const session = new SessionClient(this, options, () => this.sessions.delete(session.id));
    this.sessions.set(session.id, session);
    try {
      return { session, facts: await session.facts(signal) };
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Scores the blur of a photo; a second try uses the CPU. Rejects with an `UnsmearError`. */
  score(signal: AbortSignal, request: Omit<ScoreJob, 'id'>): Promise<BlurAnswer> {
    const id = randomUUID();
    const call = ({ rpc }: RunningEngine, deaths: number) =>
      rpc.score({ ...request, id, provider: deaths > 0 ? 'cpu' : request.provider });
    return this.ask(signal, call, { tries: 2, cancel: id });
  }

  /** Probes every provider. */
  probeProviders(signal: AbortSignal): Promise<ProviderStatus[]> {
    return probeAll(signal, () => this.start());
  }

  /** Probes one provider and times a plug-in on it; pauses inference meanwhile. */
  testProvider(signal: AbortSignal, id: ProviderId, plugin: string): Promise<ProviderTest> {
    return whilePaused(signal, this.engine, () => testOne(signal, () => this.start(), id, plugin));
  }

  /** Returns the memory of the engine's process in bytes; 0 while none runs. */
  async memory(): Promise<number> {
    const { engine } = this;
    if (engine === null || engine.gone) return 0;
    const pss = await proportionalSize(engine.process.pid);
    if (pss !== null) return pss;
    const ended = await engine.call(engine.rpc.memory());
    return 'exit' in ended ? 0 : ended.value.residentBytes;
  }

  /** Resolves when an engine runs, or has died at its start. Rejects with `cancelled`. */
  async ready(signal: AbortSignal): Promise<void> {
    const engine = this.current();
    await unlessAborted(signal, engine.call(engine.rpc.memory()));
  }

  /** Returns the largest resident size of the engine's process in bytes; 0 if it has ended. */
  async peakMemory(): Promise<number> {
    const { engine } = this;
    if (engine === null) return 0;
    const ended = await engine.call(engine.rpc.memory());
    return 'exit' in ended ? 0 : ended.value.peakBytes;
  }

  /**
   * Calls the engine, and its successor if it dies. Without `cancel`, an abort ends only the wait.
   * `call` receives the number of engines that died before.
   */
  async ask<T>(
    signal: AbortSignal,
    call: (engine: RunningEngine, deaths: number) => Promise<Outcome<T>>,
    { tries = TRIES, network = false, cancel }: AskOptions = {},
  ): Promise<T> {
    for (let deaths = 0; ;) {
      throwIfAborted(signal);
      const engine = this.current();
      const answer = engine.call(call(engine, deaths));
      const ended = await (cancel === undefined
        ? unlessAborted(signal, answer)
        : this.orKill(signal, engine, answer, cancel));
      if ('value' in ended) return unwrap(ended.value);
      // Another caller replaced it: no crash.
      if (engine.retired) continue;
      await this.retire(engine);
      const { overdue } = engine;
      const hopeless =
        ended.exit.code === EXIT_NO_RUNTIME ||
        overdue?.provider === 'cpu' ||
        (network && overdue !== null);
      if (hopeless || ++deaths === tries) throw engine.failure(ended.exit);
    }
  }

  /** Ends `engine`, whatever it does; the next caller gets a new one. */
  async retire(engine: RunningEngine): Promise<void> {
    if (this.engine === engine) this.engine = null;
    // The end of an engine that died before was a crash.
    if (!engine.gone) engine.retired = true;
    engine.process.kill();
    await engine.process.exited;
  }

  /** Makes `session` the one that runs; the others no longer expect events of their runs. */
  activate(session: SessionClient): void {
    for (const other of this.sessions.values()) if (other !== session) other.deactivate();
  }

  /** Returns the running engine; starts one if none runs. Throws `cancelled` after `close`. */
  current(): RunningEngine {
    if (this.closed) throw new UnsmearError('cancelled');
    if (this.engine?.gone === true) this.engine = null;
    if (this.engine === null) {
      const engine = this.start();
      this.engine = engine;
      void engine.process.exited.then((exit) => this.exited(engine, exit));
    }
    return this.engine;
  }

  /** Ends the engine's process for good: calls reject with `cancelled`. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.engine) await this.retire(this.engine);
  }

  event(engine: RunningEngine, source: EventSource, event: SessionEvent): void {
    this.sessions.get(source.session)?.handle(engine, source, event);
  }

  exporting(id: string, done: number): void {
    for (const session of this.sessions.values()) session.exporting(id, done);
  }

  idle(engine: RunningEngine, recycle: boolean): void {
    // A photo of a batch reports when it is closed; its own limits are higher.
    const oneShot = [...this.sessions.values()].some((session) => session.oneShot);
    if (recycle && !oneShot) this.needsRestart = engine;
    this.restartIfNeeded();
  }

  /** Replaces a grown engine, but never during a run or an export: that would start again. */
  restartIfNeeded(): void {
    const { needsRestart } = this;
    if (needsRestart === null || [...this.sessions.values()].some(({ busy }) => busy)) return;
    this.needsRestart = null;
    if (!needsRestart.gone) void this.retire(needsRestart);
  }

  private async orKill<T>(
    signal: AbortSignal,
    engine: RunningEngine,
    answer: Promise<T>,
    id: string,
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const onAbort = (): void => {
      void engine.rpc.cancel.asEvent(id);
      timer = setTimeout(() => void this.retire(engine), this.graceMs);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private exited(engine: RunningEngine, exit: EngineExit): void {
    for (const session of this.sessions.values()) session.exited(engine, exit);
  }

  private start(): RunningEngine {
    const { spawn = forkEngine, background = false } = this.options;
    // Inherited by the engine, however the host starts it.
    disableTelemetry();
    const args = engineArguments(background);
    return new RunningEngine(
      startTracked(() => spawn(args)),
      this,
    );
  }
}
