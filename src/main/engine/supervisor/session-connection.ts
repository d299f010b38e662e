/** Keeps a photo open in the engine, also in the engines that follow after a crash. */
import type { UnsmearError } from '../../../shared/core/errors.js';
import { unwrap, type Outcome } from '../channel.js';
import {
  NO_RECOVERY,
  type FindCall,
  type Keep,
  type PhotoFacts,
  type Recovery,
  type RestorationSettings,
  type SessionApi,
  type SessionEvent,
  type Where,
} from '../protocol.js';
import type { RunningEngine } from './running-engine.js';

/** Calls that are not retried as usual. */
const LIMITS: Partial<Record<keyof SessionApi, AskOptions>> = {
  preview: { network: true },
  // A score is not worth a second crash.
  score: { tries: 1 },
};

export interface AskOptions {
  /** Number of engines that may die during the call before it fails; default 3. */
  readonly tries?: number;
  /** The call runs the network: one that never ends would make each retry take minutes. */
  readonly network?: boolean;
  /**
   * Id for cancelling. An abort then waits for the answer, and kills the engine after a grace time.
   */
  readonly cancel?: string;
}

/** The supervisor, as far as sessions need it. */
export interface SessionSupervisor {
  readonly isClosing: boolean;
  /** Errors of plug-ins that never finish, by folder. */
  readonly endless: Map<string, UnsmearError>;
  current(): RunningEngine;
  ask<T>(
    signal: AbortSignal,
    call: (engine: RunningEngine, deaths: number) => Promise<Outcome<T>>,
    options?: AskOptions,
  ): Promise<T>;
  activate(session: SessionConnection): void;
  retire(engine: RunningEngine): Promise<void>;
  idle(engine: RunningEngine, recycle: boolean): void;
  restartIfNeeded(): void;
}

export interface SessionOptions {
  readonly id: string;
  readonly path: string;
  /** Private folder for finished tiles: six bytes per pixel and stage. */
  readonly scratch: string;
  readonly keep: Keep;
  /** The engine is not replaced while the session is open. */
  readonly oneShot: boolean;
  readonly onEvent: (restoration: string, event: SessionEvent) => void;
}

/** A restoration that was requested; it is registered with every engine that starts later. */
export interface Known {
  readonly settings: RestorationSettings;
  recovery: Recovery;
}

export class SessionConnection {
  readonly id: string;
  /** Last version that was emitted for any of its restorations. */
  protected version = 0;
  private readonly known = new Map<string, Known>();
  /** Engine that has the photo open, or is opening it. */
  private home: { readonly engine: RunningEngine; readonly opened: Promise<PhotoFacts> } | null =
    null;

  constructor(
    protected readonly supervisor: SessionSupervisor,
    protected readonly options: SessionOptions,
  ) {
    this.id = options.id;
  }

  /** Opens the photo if necessary and returns its facts. */
  facts(signal: AbortSignal): Promise<PhotoFacts> {
    return this.ask(signal, (_, value) => Promise.resolve({ ok: true, value }));
  }

  /** Closes the photo in the engine that has it open. */
  protected async closeIn(): Promise<void> {
    const engine = this.home?.engine;
    if (!engine || engine.gone) return;
    const ended = await engine.call(engine.rpc.close(this.id));
    if ('value' in ended && ended.value.ok) {
      this.supervisor.idle(engine, ended.value.value.recycle);
    }
  }

  /** Ends the engine that has the photo open. */
  async kill(): Promise<void> {
    const engine = this.home?.engine;
    if (engine && !engine.gone) await this.supervisor.retire(engine);
  }

  /** Calls a method of the photo's session, in whichever engine has it open. */
  async call<Method extends keyof SessionApi>(
    signal: AbortSignal,
    method: Method,
    ...args: Parameters<SessionApi[Method]>
  ): Promise<Awaited<ReturnType<SessionApi[Method]>>> {
    type Answer = Awaited<ReturnType<SessionApi[Method]>>;
    const call = ({ rpc }: RunningEngine) => rpc.session(this.id, method, args);
    return (await this.ask(signal, call, LIMITS[method])) as Answer;
  }

  /** Returns the call that finds a restoration in the engine. */
  protected findCall(known: Known, where: Where): FindCall {
    const { settings, recovery } = known;
    return { settings, where, recovery, version: this.version };
  }

  /** Returns the record of a restoration; makes it at the first request. */
  protected knownFor(settings: RestorationSettings): Known {
    const name = JSON.stringify(settings);
    const known = this.known.get(name) ?? { settings, recovery: NO_RECOVERY };
    this.known.set(name, known);
    return known;
  }

  /** Calls the engine after opening the photo in it; `supervisor.ask` retries after a crash. */
  protected ask<T>(
    signal: AbortSignal,
    call: (engine: RunningEngine, facts: PhotoFacts) => Promise<Outcome<T>>,
    options?: AskOptions,
  ): Promise<T> {
    const opened = async (engine: RunningEngine) => call(engine, await this.openIn(engine));
    return this.supervisor.ask(signal, opened, options);
  }

  private openIn(engine: RunningEngine): Promise<PhotoFacts> {
    if (this.home?.engine === engine) return this.home.opened;
    const opened = this.openNow(engine);
    this.home = { engine, opened };
    opened.catch(() => (this.home = null));
    return opened;
  }

  /** Opens the photo in `engine` and registers the restorations that it had. */
  private async openNow(engine: RunningEngine): Promise<PhotoFacts> {
    const { id: session, path, scratch, keep } = this.options;
    const facts = unwrap(await engine.rpc.open({ session, path, scratch, keep }));
    for (const known of this.known.values()) {
      await engine.rpc.session(session, 'find', [this.findCall(known, null)]);
    }
    return facts;
  }
}
