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
export type Ended<T> = { readonly value: T } | { readonly exit: EngineExit };

/** Receives what the engine reports. */
export interface EngineEvents {
  event(engine: RunningEngine, source: EventSource, event: SessionEvent): void;
  exporting(id: string, done: number): void;
  idle(engine: RunningEngine, recycle: boolean): void;
}

const NOWHERE: CrashSite = { probing: null, tile: null, provider: null, tileSide: null };

export class RunningEngine {
  /** Position of the current run, to attribute a crash. */
  site: CrashSite = NOWHERE;
  /** Step that did not end in time, for which the process was killed; `null` = none. */
  overdue: TimedStep | null = null;
  /** Set when the supervisor ends the process on purpose: its end is then no crash. */
  retired = false;
  /** Set when the process has ended. */
  gone = false;
  readonly rpc;

  constructor(
    readonly process: EngineProcess,
    events: EngineEvents,
  ) {
    // Registered first, so that every other handler of the end finds it set.
    void process.exited.then(() => (this.gone = true));
    const api: SupervisorApi = {
      event: (source, event) => {
        if (event.type === 'loaded') {
          this.site = { ...this.site, provider: event.provider, tileSide: event.tile };
        }
        if (event.type === 'progress') this.site = { ...this.site, tile: null };
        events.event(this, source, event);
      },
      stepStarted: (_, tile) => {
        this.site = { ...this.site, tile };
        return true;
      },
      probing: (probing) => {
        this.site = { ...this.site, probing };
        return true;
      },
      exporting: (id, done) => events.exporting(id, done),
      idle: (recycle) => events.idle(this, recycle),
      overdue: (step) => {
        this.overdue = step;
        process.kill();
      },
    };
    this.rpc = connect<EngineApi, SupervisorApi>(process.channel, api);
  }

  /** Resolves with the call's answer, or with the process's end if that comes first. */
  call<T>(answer: Promise<T>): Promise<Ended<T>> {
    return Promise.race([
      answer.then((value) => ({ value })),
      this.process.exited.then((exit) => ({ exit })),
    ]);
  }

  /** Returns the error for a call that the end of the process cut off. */
  failure(exit: EngineExit): UnsmearError {
    if (this.overdue !== null) return overdueError(this.overdue);
    return exit.code === EXIT_NO_RUNTIME ? noRuntime(exit) : crashed(exit);
  }
}

function crashed(exit: EngineExit): UnsmearError {
  return new UnsmearError('engine-crashed', { exit: describeExit(exit) }, { cause: exit.stderr });
}

function noRuntime(exit: EngineExit): UnsmearError {
  return new UnsmearError('engine-missing', { reason: 'runtime' }, { cause: exit.stderr });
}

export function describeExit({ code, signal }: EngineExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
