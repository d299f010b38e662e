/**
 * Drives a `RestorationSession` from the main process, across crashes of the engine: resumes its
 * run from the finished tiles, and retries as crash-policy.ts decides.
 */
import { randomUUID } from 'node:crypto';
import type { Rect, RetryReason } from '../../../shared/contracts/restore.js';
import { throwIfAborted, toErrorData, UnsmearError } from '../../../shared/core/errors.js';
import { overdueError } from '../inference/step-limit.js';
import {
  EXIT_NO_RUNTIME,
  type EventSource,
  type ExportCall,
  type Exported,
  type RestorationSettings,
  type RestorationState,
  type Resumed,
  type SessionEvent,
  type StartCall,
  type Where,
} from '../protocol.js';
import {
  afterCrash,
  afterOutOfMemory,
  afterOverdue,
  NO_CRASH,
  type CrashHistory,
} from './crash-policy.js';
import { describeExit, type RunningEngine } from './running-engine.js';
import {
  SessionConnection,
  type Known,
  type SessionOptions,
  type SessionSupervisor,
} from './session-connection.js';
import type { EngineExit } from './spawn.js';

/** Versions that a dead engine may have emitted in events that are still in transit. */
const VERSION_GAP = 64;
const NEVER = new AbortController().signal;

export interface StartOptions {
  readonly where: Where;
  readonly view: Rect | null;
  readonly preview: boolean;
}

interface ActiveRun {
  readonly run: number;
  readonly known: Known;
  readonly options: StartOptions;
  view: Rect | null;
  history: CrashHistory;
  /** Engine and restoration id; `null` until the engine has answered. */
  started: { readonly engine: RunningEngine; readonly restoration: string } | null;
}

let runs = 0;

export class SessionClient extends SessionConnection {
  private readonly exports = new Map<string, (done: number) => void>();
  private active: ActiveRun | null = null;

  constructor(
    supervisor: SessionSupervisor,
    options: SessionOptions,
    private readonly closed: () => void,
  ) {
    super(supervisor, options);
  }

  get oneShot(): boolean {
    return this.options.oneShot;
  }

  /** Whether replacing the engine now would repeat work. */
  get busy(): boolean {
    return this.oneShot || this.active !== null || this.exports.size > 0;
  }

  /** Closes the photo; its finished tiles stay in the scratch folder. */
  async close(): Promise<void> {
    this.active = null;
    this.closed();
    await this.closeIn();
  }

  /** Starts or continues a restoration, and stops the run in progress, of whichever session. */
  async start(
    signal: AbortSignal,
    settings: RestorationSettings,
    options: StartOptions,
  ): Promise<RestorationState> {
    const known = this.knownFor(settings);
    // A new request retries tiles that an earlier run had to leave unrestored.
    known.recovery = { ...known.recovery, leaveTiles: [] };
    this.supervisor.activate(this);
    const history = { ...NO_CRASH, recovery: known.recovery };
    const { view } = options;
    const active = { run: ++runs, known, options, view, history, started: null };
    this.active = active;
    try {
      return await this.begin(signal, active, null);
    } catch (error) {
      if (this.active === active) this.active = null;
      throw error;
    }
  }

  /** Returns the state of a restoration; computes nothing. */
  async find(
    signal: AbortSignal,
    settings: RestorationSettings,
    where: Where,
  ): Promise<RestorationState> {
    const known = this.knownFor(settings);
    const found = await this.call(signal, 'find', this.findCall(known, where));
    this.version = Math.max(this.version, found.version);
    return found;
  }

  /** Sets the viewport (photo pixels); its tiles are computed first. */
  async setViewport(signal: AbortSignal, view: Rect): Promise<void> {
    if (this.active) this.active.view = view;
    await this.call(signal, 'setViewport', view);
  }

  /** Stops after the current step, or `now` by killing the engine; finished tiles are kept. */
  async stop(signal: AbortSignal, now = false): Promise<void> {
    const started = this.active?.started;
    this.active = null;
    if (now && started) {
      await this.supervisor.retire(started.engine);
      this.options.onEvent(started.restoration, { type: 'stopped' });
    } else {
      await this.call(signal, 'stop');
    }
  }

  /**
   * Writes the photo or a restoration to a file. A cancelled export leaves no file, unless it had
   * just finished; then it resolves. `progress` receives the share that is done, 0..1.
   */
  async export(
    signal: AbortSignal,
    call: Omit<ExportCall, 'id' | 'session'>,
    progress: (done: number) => void = () => undefined,
  ): Promise<Exported> {
    throwIfAborted(signal);
    const id = randomUUID();
    this.exports.set(id, progress);
    let engine: RunningEngine | null = null;
    const onAbort = () => void engine?.rpc.cancel.asEvent(id);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // Not aborted by the signal: the caller must learn whether a file exists.
      return await this.ask(NEVER, (current) => {
        // An engine that crashed has left no file.
        throwIfAborted(signal);
        engine = current;
        return current.rpc.export({ ...call, id, session: this.id });
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.exports.delete(id);
      this.supervisor.restartIfNeeded();
    }
  }

  /** Forgets its run: a newer request of another session stops it. */
  deactivate(): void {
    this.active = null;
  }

  exporting(id: string, done: number): void {
    this.exports.get(id)?.(done);
  }

  /** Handles an event of one of its runs. */
  handle(engine: RunningEngine, { restoration, run }: EventSource, event: SessionEvent): void {
    if (event.type === 'stage' || event.type === 'finished') {
      this.version = Math.max(this.version, event.version);
    }
    const active = this.active?.run === run ? this.active : null;
    if (active) {
      if (event.type === 'failed' && event.error.code === 'out-of-memory') {
        active.started ??= { engine, restoration };
        if (this.shrink(active)) return;
      }
      if (['failed', 'finished', 'stopped'].includes(event.type)) this.active = null;
      // Progress ends a series of crashes.
      if (event.type === 'stage') active.history = { ...active.history, elsewhere: 0 };
    }
    // Superseded by a newer request, which may be for the same restoration.
    if (event.type === 'stopped' && !active && this.active) return;
    this.options.onEvent(restoration, event);
  }

  /** Resumes the run after the engine has ended, or reports that it failed. */
  exited(engine: RunningEngine, exit: EngineExit): void {
    const { active } = this;
    if (active?.started?.engine !== engine) return;
    if (this.supervisor.isClosing) {
      this.active = null;
      this.options.onEvent(active.started.restoration, {
        type: 'failed',
        error: new UnsmearError('cancelled').toData(),
      });
      return;
    }
    if (!engine.retired) {
      const { plugin } = active.known.settings;
      const next = afterDeath(active.history, engine, exit);
      if (next === null) {
        if (engine.overdue) this.supervisor.endless.set(plugin, overdueError(engine.overdue));
        this.fail(active, engine.failure(exit));
        return;
      }
      const details = engine.overdue ? 'it did not finish in time' : describeExit(exit);
      this.retry(active, next, 'crash', details);
    }
    this.version += VERSION_GAP;
    void this.resume(active, { tile: engine.site.tile });
  }

  private async begin(
    signal: AbortSignal,
    active: ActiveRun,
    resumed: Resumed | null,
  ): Promise<RestorationState> {
    const { known, run, options } = active;
    let engine = this.supervisor.current();
    const state = (await this.ask(signal, (current) => {
      engine = current;
      const { preview } = options;
      const found = this.findCall(known, options.where);
      const call: StartCall = { ...found, run, view: active.view, preview, resumed };
      return current.rpc.session(this.id, 'start', [call]);
    })) as RestorationState;
    this.version = Math.max(this.version, state.version);
    active.started = { engine, restoration: state.restoration };
    // If it died after its answer, `exited` did not know yet that this run was affected.
    if (engine.gone) void engine.process.exited.then((exit) => this.exited(engine, exit));
    return state;
  }

  /** Retries with smaller tiles or without the GPU in a new process: memory is never returned. */
  private shrink(active: ActiveRun): boolean {
    const engine = active.started?.engine;
    const next = engine ? afterOutOfMemory(active.history, engine.site) : null;
    if (!engine || next === null) return false;
    this.retry(active, next, 'memory', `tile of ${engine.site.tileSide ?? 0} px`);
    // `exited` resumes the run when the process has ended.
    void this.supervisor.retire(engine);
    return true;
  }

  private retry(
    active: ActiveRun,
    history: CrashHistory,
    reason: RetryReason,
    details: string,
  ): void {
    active.history = history;
    active.known.recovery = history.recovery;
    this.options.onEvent(active.started?.restoration ?? '', { type: 'retried', reason, details });
  }

  private async resume(active: ActiveRun, resumed: Resumed): Promise<void> {
    try {
      if (this.active === active) await this.begin(NEVER, active, resumed);
    } catch (error) {
      this.fail(active, error);
    }
  }

  private fail(active: ActiveRun, error: unknown): void {
    if (this.active !== active) return;
    this.active = null;
    const restoration = active.started?.restoration ?? '';
    this.options.onEvent(restoration, { type: 'failed', error: toErrorData(error) });
  }
}

function afterDeath(
  history: CrashHistory,
  { overdue, site }: RunningEngine,
  exit: EngineExit,
): CrashHistory | null {
  if (exit.code === EXIT_NO_RUNTIME) return null;
  return overdue === null ? afterCrash(history, site) : afterOverdue(history, overdue.provider);
}
