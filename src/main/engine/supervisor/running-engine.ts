/** One run of the engine process, and the state of its work as far as it has reported. */
import type { ResultEvent } from '../../../shared/protocol/events.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { RestoreEvent } from '../../../shared/contracts/restore.js';
import { connect } from '../channel.js';
import { EXIT_NO_RUNTIME, type EngineApi, type SupervisorApi } from '../protocol.js';
import type { CrashSite } from './recovery.js';
import type { EngineExit, EngineProcess } from './spawn.js';
import { overdueError, type TimedStep } from '../step-limit.js';
import type { EventSource } from '../session/protocol.js';

export type Ended<T> = { readonly value: T } | { readonly exit: EngineExit };

/** Receives the events of the current one-shot job. */
export interface Listener {
  readonly id: string;
  readonly onEvent: (event: RestoreEvent) => void;
}

export interface StudioListener {
  event(engine: RunningEngine, about: EventSource, event: ResultEvent): void;
  exporting(id: string, done: number): void;
  idle(engine: RunningEngine, recycle: boolean): void;
}

const NOWHERE: CrashSite = { probing: null, tile: null, provider: null, tileSide: null };

export class RunningEngine {
  /** Position of the one-shot job, to attribute a crash. */
  site: CrashSite = NOWHERE;
  /** Position of the editor's result, to attribute a crash. */
  studioSite: CrashSite = NOWHERE;
  encoding = false;
  /** Step that did not end in time, for which the process was killed; `null` = none. */
  overdue: TimedStep | null = null;
  /** Set when the supervisor ends the process on purpose: its end is then no crash. */
  retired = false;
  /** Set when the process has ended. */
  gone = false;
  readonly rpc;
  private current: Listener | null = null;

  constructor(
    readonly process: EngineProcess,
    studio: () => StudioListener | null,
  ) {
    // Registered first, so that every other handler of the end finds it set.
    void process.exited.then(() => (this.gone = true));
    const api: SupervisorApi = {
      event: (id, event) => this.onEvent(id, event),
      tileStarted: (_, tile) => {
        this.site = { ...this.site, tile };
        return true;
      },
      probing: (provider) => {
        this.site = { ...this.site, probing: provider };
        this.studioSite = { ...this.studioSite, probing: provider };
        return true;
      },
      studioEvent: (about, event) => {
        this.onStudioEvent(event);
        studio()?.event(this, about, event);
      },
      studioStep: (_, tile) => {
        this.studioSite = { ...this.studioSite, tile };
        return true;
      },
      studioExporting: (id, done) => studio()?.exporting(id, done),
      studioIdle: (recycle) => studio()?.idle(this, recycle),
      overdue: (step) => {
        this.overdue = step;
        process.kill();
      },
    };
    this.rpc = connect<EngineApi, SupervisorApi>(process.channel, api);
  }

  begin(listener: Listener): void {
    this.current = listener;
    this.site = NOWHERE;
    this.encoding = false;
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

  private onStudioEvent(event: ResultEvent): void {
    if (event.type === 'loaded') {
      this.studioSite = { ...this.studioSite, provider: event.provider, tileSide: event.tile };
    }
    if (event.type === 'progress') this.studioSite = { ...this.studioSite, tile: null };
  }
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

export function describeExit({ code, signal }: EngineExit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
