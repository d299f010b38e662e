/** One run of the engine process, and the position of its work as far as it has reported. */
import { UnsmearError } from '../../../shared/core/errors.js';
import { connect } from '../channel.js';
import { overdueError, type TimedStep } from '../inference/step-limit.js';
import {
  EXIT_NO_RUNTIME,
  type EngineApi,
  type EventSource,
  type SessionEvent,
  type SupervisorApi,
} from '../protocol.js';
import type { CrashSite } from './crash-policy.js';
import type { EngineExit, EngineProcess } from './spawn.js';

/** The answer of a call, or the end of the process if that came first. */
type Ended<T> = { readonly value: T } | { readonly exit: EngineExit };

/** An open photo, to which engines report. */
export interface SessionListener {
  /** Whether replacing the engine now would repeat work. */
  readonly busy: boolean;
  handle(engine: RunningEngine, source: EventSource, event: SessionEvent): void;
  /** Called when any engine has ended. */
  exited(engine: RunningEngine, exit: EngineExit): void;
}

export class RunningEngine {
  /** Position of the current run, to attribute a crash. */
  site: CrashSite = { probing: null, tile: null, provider: null, tileSide: null };
  /** Step that did not end in time, for which the process was killed; `null` = none. */
  overdue: TimedStep | null = null;
  /** Set when the process is ended on purpose: its end is then no crash. */
  retired = false;
  /** Set when the process has ended. */
  gone = false;
  /** Receivers of the share that is done, 0..1, by the ids of exports. */
  readonly exports = new Map<string, (done: number) => void>();
  readonly rpc;
  /** It has grown, and is replaced when no session is busy. */
  private needsRestart = false;

  constructor(
    readonly process: EngineProcess,
    private readonly sessions: ReadonlyMap<string, SessionListener>,
  ) {
    // Registered first, so that every other handler of the end finds it set.
    void process.exited.then((exit) => {
      this.gone = true;
      for (const session of sessions.values()) session.exited(this, exit);
    });
    const api: SupervisorApi = {
      event: (source, event) => {
        if (event.type === 'loaded') {
          this.site = { ...this.site, provider: event.provider, tileSide: event.tile };
        }
        if (event.type === 'progress') this.site = { ...this.site, tile: null };
        sessions.get(source.session)?.handle(this, source, event);
      },
      stepStarted: (_, tile) => {
        this.site = { ...this.site, tile };
        return true;
      },
      probing: (probing) => {
        this.site = { ...this.site, probing };
        return true;
      },
      exporting: (id, done) => this.exports.get(id)?.(done),
      idle: (recycle) => {
        this.needsRestart = recycle;
        this.restartIfNeeded();
      },
      overdue: (step) => {
        this.overdue = step;
        process.kill();
      },
    };
    this.rpc = connect<EngineApi, SupervisorApi>(process.channel, api);
  }

  /** Whether it takes calls. */
  get alive(): boolean {
    return !this.gone && !this.retired;
  }

  /** Resolves with the call's answer, or with the process's end if that comes first. */
  call<T>(answer: Promise<T>): Promise<Ended<T>> {
    return Promise.race([
      answer.then((value) => ({ value })),
      this.process.exited.then((exit) => ({ exit })),
    ]);
  }

  /** Ends the process, whatever it does; the next caller gets a new one. */
  async retire(): Promise<void> {
    // The end of an engine that died before was a crash.
    if (!this.gone) this.retired = true;
    this.process.kill();
    await this.process.exited;
  }

  /** Ends the process if `work` takes longer than `graceMs`. */
  retireAfter(graceMs: number, work: Promise<unknown>): void {
    const timer = setTimeout(() => void this.retire(), graceMs);
    const stop = () => clearTimeout(timer);
    work.then(stop, stop);
  }

  /** Replaces a grown engine, but never during a run or an export: that would start again. */
  restartIfNeeded(): void {
    const busy = [...this.sessions.values()].some((session) => session.busy);
    if (this.needsRestart && this.alive && !busy) void this.retire();
  }

  /** Returns the error for a call that the end of the process cut off. */
  failure(exit: EngineExit): UnsmearError {
    const cause = { cause: exit.stderr };
    if (this.overdue !== null) return overdueError(this.overdue);
    return exit.code === EXIT_NO_RUNTIME
      ? new UnsmearError('engine-missing', { reason: 'runtime' }, cause)
      : new UnsmearError('engine-crashed', { exit: describeExit(exit) }, cause);
  }
}

export function describeExit({ code, signal }: EngineExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
