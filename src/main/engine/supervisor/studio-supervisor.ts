/**
 * Keeps an editor's photos open, and their result in progress, across crashes of the engine's process.
 * After a crash it opens the photos again, resumes the result from its finished tiles, and retries what
 * crashed as recovery.ts decides.
 */
import type { ResultEvent } from '../../../shared/protocol/events.js';
import { throwIfAborted, toErrorData } from '../../../shared/core/errors.js';
import type { RetryReason } from '../../../shared/contracts/restore.js';
import { unlessAborted } from '../abort.js';
import { unwrap } from '../channel.js';
import type { EngineClient } from './client.js';
import { EXIT_NO_RUNTIME, type Outcome } from '../protocol.js';
import { afterCrash, afterOutOfMemory, afterOverdue, type CrashHistory } from './recovery.js';
import {
  describeExit,
  type Ended,
  type RunningEngine,
  type StudioListener,
} from './running-engine.js';
import type { EngineExit } from './spawn.js';
import type { EventSource, Resumed, StudioPhoto, StudioResult } from '../session/protocol.js';
import type { Active, SupervisedPhoto } from './supervised-photo.js';

export type OnStudioEvent = (photo: string, result: string, event: ResultEvent) => void;

/** More versions than a dead engine can have emitted that are still in transit. */
const VERSION_GAP = 64;
/** Number of engines that may die during one call before it fails. */
const TRIES = 3;
const NEVER = new AbortController().signal;

export interface AskOptions {
  /** Number of engines that may die during the call; default 3. */
  readonly tries?: number;
  /** The call runs the network: a network that never ends would make each retry take minutes. */
  readonly network?: boolean;
}

export class StudioSupervisor implements StudioListener {
  readonly photos = new Map<string, SupervisedPhoto>();
  /** Receivers of the progress of exports, by the export's id. */
  readonly exports = new Map<string, (done: number) => void>();
  private readonly watched = new WeakSet<RunningEngine>();
  /** Engine that has grown, to be replaced when it is idle; `null` = none. */
  private worn: RunningEngine | null = null;

  constructor(
    private readonly engines: EngineClient,
    private readonly onEvent: OnStudioEvent,
  ) {
    engines.studio = this;
  }

  /** Calls the engine that has the photo open, and its successor if it dies. An abort ends only the wait. */
  async ask<T>(
    signal: AbortSignal,
    photo: SupervisedPhoto,
    call: (engine: RunningEngine, opened: StudioPhoto) => Promise<Outcome<T>>,
    { tries = TRIES, network = false }: AskOptions = {},
  ): Promise<T> {
    let deaths = 0;
    for (;;) {
      throwIfAborted(signal);
      const engine = this.engines.current();
      this.watch(engine);
      const opened = await unlessAborted(signal, this.openIn(engine, photo));
      const ended =
        'exit' in opened
          ? opened
          : await unlessAborted(signal, engine.call(call(engine, opened.value)));
      if ('value' in ended) return unwrap(ended.value);
      if (engine.retired) continue;
      const hopeless = ended.exit.code === EXIT_NO_RUNTIME || (network && engine.overdue !== null);
      if (hopeless || ++deaths === tries) throw engine.failure(ended.exit);
    }
  }

  /** Starts the photo's active result, or resumes it where an engine left it. */
  async begin(
    signal: AbortSignal,
    photo: SupervisedPhoto,
    active: Active,
    resumed: Resumed | null = null,
  ): Promise<StudioResult> {
    const { known, run } = active;
    const { spec } = known;
    let engine = this.engines.current();
    const result = await this.ask(signal, photo, (current) => {
      engine = current;
      const { version, id } = photo;
      const { view } = active;
      const { recovery } = known;
      return current.rpc.studioStart({ photo: id, spec, view, recovery, version, run, resumed });
    });
    photo.version = Math.max(photo.version, result.version);
    active.started = { engine, result: result.result };
    // It died after its answer, when `exited` could not yet know that this result was affected.
    if (engine.gone) void engine.process.exited.then((exit) => this.exited(engine, exit));
    return result;
  }

  /** Ends the result at once; returns `false` if nothing runs. Photos reopen when they are next used. */
  async kill(photo: SupervisedPhoto): Promise<boolean> {
    const started = photo.active?.started;
    if (!started) return false;
    photo.active = null;
    await this.engines.retire(started.engine);
    this.onEvent(photo.id, started.result, { type: 'stopped' });
    return true;
  }

  event(engine: RunningEngine, { photo: id, result, run }: EventSource, event: ResultEvent): void {
    const photo = this.photos.get(id);
    if (!photo) return;
    if (event.type === 'stage' || event.type === 'finished') {
      photo.version = Math.max(photo.version, event.version);
    }
    const active = photo.active?.run === run ? photo.active : null;
    if (active) {
      if (event.type === 'failed' && event.error.code === 'out-of-memory') {
        active.started ??= { engine, result };
        if (this.shrink(photo, active)) return;
      }
      if (['failed', 'finished', 'stopped'].includes(event.type)) photo.active = null;
      // Progress ends a series of crashes.
      if (event.type === 'stage') active.history = { ...active.history, elsewhere: 0 };
    }
    // It gave way to a newer request, which may be for the same result.
    if (event.type === 'stopped' && !active && photo.active) return;
    this.onEvent(id, result, event);
  }

  idle(engine: RunningEngine, recycle: boolean): void {
    if (recycle) this.worn = engine;
    this.replaceWorn();
  }

  exporting(id: string, done: number): void {
    this.exports.get(id)?.(done);
  }

  /** Replaces an engine that has grown, but never during an export: the file would be written twice. */
  replaceWorn(): void {
    const busy = [...this.photos.values()].some(({ active }) => active !== null);
    if (this.worn === null || busy || this.exports.size > 0) return;
    void this.engines.retireLater(this.worn);
    this.worn = null;
  }

  private openIn(engine: RunningEngine, photo: SupervisedPhoto): Promise<Ended<StudioPhoto>> {
    if (photo.home?.engine === engine) return photo.home.opened;
    const opened = this.openNow(engine, photo);
    photo.home = { engine, opened };
    opened.catch(() => (photo.home = null));
    return opened;
  }

  /** Opens the photo in `engine` and registers the results that it had. */
  private async openNow(
    engine: RunningEngine,
    photo: SupervisedPhoto,
  ): Promise<Ended<StudioPhoto>> {
    const { id, path, scratch, version } = photo;
    const ended = await engine.call(
      engine.rpc.studioOpen({ photo: id, path, scratch: scratch.folder }),
    );
    if ('exit' in ended) return ended;
    const opened = unwrap(ended.value);
    for (const { spec, recovery } of photo.results.values()) {
      const call = { photo: id, spec, view: null, recovery, version, run: null, resumed: null };
      const made = await engine.call(engine.rpc.studioStart(call));
      if ('exit' in made) return made;
    }
    return { value: opened };
  }

  private watch(engine: RunningEngine): void {
    if (this.watched.has(engine)) return;
    this.watched.add(engine);
    void engine.process.exited.then((exit) => this.exited(engine, exit));
  }

  private exited(engine: RunningEngine, exit: EngineExit): void {
    for (const photo of this.photos.values()) {
      const { active } = photo;
      if (active?.started?.engine !== engine) continue;
      if (this.engines.isClosing) {
        photo.active = null;
        continue;
      }
      if (!engine.retired) {
        const next = afterDeath(active.history, engine, exit);
        if (next === null) {
          this.fail(photo, active, engine.failure(exit));
          continue;
        }
        this.retry(photo, active, next, 'crash', describeExit(exit));
      }
      photo.version += VERSION_GAP;
      void this.resume(photo, active, { tile: engine.studioSite.tile });
    }
  }

  /** Retries with smaller tiles or without the GPU, in a new process: the runtime never returns memory. */
  private shrink(photo: SupervisedPhoto, active: Active): boolean {
    const engine = active.started?.engine;
    const next = engine ? afterOutOfMemory(active.history, engine.studioSite) : null;
    if (!engine || next === null) return false;
    this.retry(photo, active, next, 'memory', `tile of ${engine.studioSite.tileSide ?? 0} px`);
    // `exited` resumes the result when the process has ended.
    void this.engines.retire(engine);
    return true;
  }

  private retry(
    photo: SupervisedPhoto,
    active: Active,
    history: CrashHistory,
    reason: RetryReason,
    details: string,
  ): void {
    active.history = history;
    active.known.recovery = history.recovery;
    this.onEvent(photo.id, active.started?.result ?? '', { type: 'retried', reason, details });
  }

  private async resume(photo: SupervisedPhoto, active: Active, resumed: Resumed): Promise<void> {
    try {
      if (photo.active === active) await this.begin(NEVER, photo, active, resumed);
    } catch (error) {
      this.fail(photo, active, error);
    }
  }

  private fail(photo: SupervisedPhoto, active: Active, error: unknown): void {
    if (photo.active !== active || this.engines.isClosing) return;
    photo.active = null;
    const { code, message, hint } = toErrorData(error);
    const told = hint === undefined ? { code, message } : { code, message, hint };
    this.onEvent(photo.id, active.started?.result ?? '', { type: 'failed', error: told });
  }
}

function afterDeath(
  history: CrashHistory,
  { overdue, studioSite }: RunningEngine,
  exit: EngineExit,
): CrashHistory | null {
  if (exit.code === EXIT_NO_RUNTIME) return null;
  return overdue === null
    ? afterCrash(history, studioSite)
    : afterOverdue(history, overdue.provider);
}
