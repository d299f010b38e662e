/** Keeps a photo and its restorations open in the engine, also in those that follow a crash. */
import type { FindCall, OpenCall, PhotoFacts, RestorationSettings, Where } from '../protocol.js';
import { NO_CRASH, type CrashHistory } from './crash-policy.js';
import type { AskOptions, EngineSupervisor } from './engine-supervisor.js';
import type { RunningEngine } from './running-engine.js';

const VERSION_GAP = 64;

/** A requested restoration: engines that open the photo later learn of it. */
export interface Known {
  readonly settings: RestorationSettings;
  /** Crashes of its newest run. */
  history: CrashHistory;
}

export class EnginePhoto {
  readonly id: string;
  private readonly known = new Map<string, Known>();
  /** Last version that was emitted for any of its restorations. */
  private version = 0;
  private home: { readonly engine: RunningEngine; readonly opened: Promise<PhotoFacts> } | null =
    null;

  constructor(
    private readonly supervisor: EngineSupervisor,
    private readonly call: OpenCall,
  ) {
    this.id = call.session;
  }

  /** Engine that has the photo open, or is opening it. */
  get engine(): RunningEngine | undefined {
    return this.home?.engine;
  }

  /** Opens the photo in an engine and returns its facts. */
  open(signal: AbortSignal): Promise<PhotoFacts> {
    return this.supervisor.ask(signal, (engine) => this.openIn(engine));
  }

  /** Calls the engine after opening the photo in it, and its successor if it dies. */
  ask<T>(
    signal: AbortSignal,
    call: (engine: RunningEngine) => Promise<T>,
    options?: AskOptions,
  ): Promise<T> {
    const opened = async (engine: RunningEngine): Promise<T> => {
      await this.openIn(engine);
      return call(engine);
    };
    return this.supervisor.ask(signal, opened, options);
  }

  /** Returns the record of a restoration; makes it at the first request. */
  knownFor(settings: RestorationSettings): Known {
    const name = JSON.stringify(settings);
    const known = this.known.get(name) ?? { settings, history: NO_CRASH };
    this.known.set(name, known);
    return known;
  }

  /** Returns the call that finds a restoration in an engine. */
  findCall({ settings, history }: Known, where: Where): FindCall {
    return { settings, where, recovery: history.recovery, version: this.version };
  }

  /** Notes a version that was emitted; versions of later engines follow it. */
  emitted(version: number): void {
    this.version = Math.max(this.version, version);
  }

  /** Skips versions that a dead engine may have emitted in events that are still in transit. */
  skipVersions(): void {
    this.version += VERSION_GAP;
  }

  private openIn(engine: RunningEngine): Promise<PhotoFacts> {
    if (this.home?.engine === engine) return this.home.opened;
    const opened = this.openNow(engine);
    this.home = { engine, opened };
    opened.catch(() => (this.home = null));
    return opened;
  }

  /** Opens the photo in `engine` and registers the restorations that it had. */
  private async openNow({ rpc }: RunningEngine): Promise<PhotoFacts> {
    const facts = await rpc.open(this.call);
    for (const known of this.known.values()) {
      await rpc.session(this.id, 'find', [this.findCall(known, null)]);
    }
    return facts;
  }
}
