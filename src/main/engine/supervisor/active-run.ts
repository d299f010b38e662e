/** A session's run: resumes after a crash from the finished tiles, as crash-policy.ts decides. */
import type { Rect, RetryReason } from '../../../shared/contracts/restore.js';
import { NEVER } from '../../../shared/core/abort.js';
import { toErrorData } from '../../../shared/core/errors.js';
import {
  EXIT_NO_RUNTIME,
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
import type { EnginePhoto, Known } from './engine-photo.js';
import type { EngineSupervisor } from './engine-supervisor.js';
import { describeExit, type RunningEngine } from './running-engine.js';
import type { EngineExit } from './spawn.js';

export interface StartOptions {
  readonly where: Where;
  readonly view: Rect | null;
}

export class ActiveRun {
  readonly number: number;
  /** The run has ended, or its session no longer wants it. */
  over = false;
  view: Rect | null;
  /** Engine that has answered the start; `null` until then. */
  private engine: RunningEngine | null = null;
  private restoration = '';
  private readonly known: Known;

  constructor(
    private readonly supervisor: EngineSupervisor,
    private readonly photo: EnginePhoto,
    settings: RestorationSettings,
    private readonly options: StartOptions,
    private readonly onEvent: (restoration: string, event: SessionEvent) => void,
  ) {
    this.number = ++supervisor.newestRun;
    this.view = options.view;
    this.known = photo.knownFor(settings);
    // A new request retries tiles that an earlier run had to leave unrestored.
    const recovery = { ...this.known.history.recovery, leaveTiles: [] };
    this.known.history = { ...NO_CRASH, recovery };
  }

  /** Whether it computes or will resume: the newest run stops the others, of all sessions. */
  get active(): boolean {
    return !this.over && this.number === this.supervisor.newestRun;
  }

  /** Starts or resumes the restoration; a crash during the call is retried by `ask`. */
  async begin(signal: AbortSignal, resumed: Resumed | null = null): Promise<RestorationState> {
    const { photo, number, known } = this;
    const { where } = this.options;
    const state = await photo.ask(signal, async (engine) => {
      const found = photo.findCall(known, where);
      const call: StartCall = { ...found, run: number, view: this.view, resumed };
      const state = (await engine.rpc.session(photo.id, 'start', [call])) as RestorationState;
      this.runsIn(engine, state.restoration);
      return state;
    });
    photo.emitted(state.version);
    return state;
  }

  /** Handles an event of this run; returns whether to forward it. */
  handle(engine: RunningEngine, restoration: string, event: SessionEvent): boolean {
    this.runsIn(engine, restoration);
    if (event.type === 'failed' && event.error.code === 'out-of-memory') {
      if (this.shrink(engine)) return false;
    }
    if (['failed', 'finished', 'stopped'].includes(event.type)) this.over = true;
    // Progress ends a series of crashes.
    if (event.type === 'stage') this.known.history = { ...this.known.history, elsewhere: 0 };
    return true;
  }

  /** Resumes after the engine has ended, or reports the failure. */
  exited(engine: RunningEngine, exit: EngineExit): void {
    if (this.engine !== engine) return;
    if (!engine.retired) {
      const next = afterDeath(this.known.history, engine, exit);
      if (next === null) {
        const error = engine.failure(exit);
        if (engine.overdue) this.supervisor.endless.set(this.known.settings.plugin, error);
        this.fail(error);
        return;
      }
      const details = engine.overdue ? 'it did not finish in time' : describeExit(exit);
      this.retry(next, 'crash', details);
    }
    this.photo.skipVersions();
    this.begin(NEVER, { tile: engine.site.tile }).catch((error: unknown) => this.fail(error));
  }

  /** Retries with smaller tiles or without the GPU in a new process: memory is never returned. */
  private shrink(engine: RunningEngine): boolean {
    const next = afterOutOfMemory(this.known.history, engine.site);
    if (next === null) return false;
    this.retry(next, 'memory', `tile of ${engine.site.tileSide ?? 0} px`);
    // `exited` resumes the run when the process has ended.
    void engine.retire();
    return true;
  }

  private retry(next: CrashHistory, reason: RetryReason, details: string): void {
    this.known.history = next;
    this.onEvent(this.restoration, { type: 'retried', reason, details });
  }

  private fail(error: unknown): void {
    if (!this.active) return;
    this.over = true;
    this.onEvent(this.restoration, { type: 'failed', error: toErrorData(error) });
  }

  /** Notes the engine of the run; late messages of one that has ended change nothing. */
  private runsIn(engine: RunningEngine, restoration: string): void {
    if (engine.gone) return;
    this.engine = engine;
    this.restoration = restoration;
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
