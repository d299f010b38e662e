/**
 * Keeps an editor's photos open and their result going whatever happens to the engine's process. After a crash the photo is
 * opened again and the result continued from its finished tiles; what crashed is tried again as recovery.ts says.
 */
import type { ResultEvent } from '../../shared/api/events.js';
import { throwIfAborted, toErrorData } from '../../shared/errors.js';
import type { RetryReason } from '../../shared/restore.js';
import { unlessAborted } from './abort.js';
import { unwrap } from './channel.js';
import type { EngineClient } from './client.js';
import { EXIT_NO_RUNTIME, type Outcome } from './protocol.js';
import { afterCrash, afterOutOfMemory, type CrashHistory } from './recovery.js';
import {
  crashed,
  describeExit,
  noRuntime,
  type Ended,
  type RunningEngine,
  type StudioListener,
} from './running-engine.js';
import type { EngineExit } from './spawn.js';
import type { EventSource, Resumed, StudioPhoto, StudioResult } from './studio/protocol.js';
import type { Active, SupervisedPhoto } from './supervised-photo.js';

export type OnStudioEvent = (photo: string, result: string, event: ResultEvent) => void;

/** More versions than a dead engine can have told that are still on their way. */
const VERSION_GAP = 64;
/** Engines that may die under one call before it fails. */
const TRIES = 3;
const NEVER = new AbortController().signal;

export class StudioSupervisor implements StudioListener {
  readonly photos = new Map<string, SupervisedPhoto>();
  /** Who hears how far an export is, by its id. */
  readonly exports = new Map<string, (done: number) => void>();
  private readonly watched = new WeakSet<RunningEngine>();
  /** Has grown, and is replaced when nobody needs it. */
  private worn: RunningEngine | null = null;

  constructor(
    private readonly engines: EngineClient,
    private readonly onEvent: OnStudioEvent,
  ) {
    engines.studio = this;
  }

  /** Asks the engine that has the photo open; another one when it dies meanwhile. An abort ends only the waiting. */
  async ask<T>(
    signal: AbortSignal,
    photo: SupervisedPhoto,
    call: (engine: RunningEngine, opened: StudioPhoto) => Promise<Outcome<T>>,
    tries = TRIES,
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
      if (ended.exit.code === EXIT_NO_RUNTIME) throw noRuntime(ended.exit);
      if (++deaths === tries) throw crashed(ended.exit);
    }
  }

  /** Begins the photo's active result, or goes on with it where an engine left it. */
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
    // Between its answer and now: the one that watches has not known whom it concerned.
    if (engine.gone) void engine.process.exited.then((exit) => this.exited(engine, exit));
    return result;
  }

  /** Ends the result at once; false: nothing runs. Photos are opened again when they are asked for. */
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
      // Work that goes on is not the next crash in a row.
      if (event.type === 'stage') active.history = { ...active.history, elsewhere: 0 };
    }
    // One that gave way to a newer wish: the same result may be wished again by now.
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

  /** Not in the middle of a file: it would be written twice. */
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

  /** With the results that it had. */
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
        const next =
          exit.code === EXIT_NO_RUNTIME ? null : afterCrash(active.history, engine.studioSite);
        if (next === null) {
          this.fail(photo, active, exit.code === EXIT_NO_RUNTIME ? noRuntime(exit) : crashed(exit));
          continue;
        }
        this.retry(photo, active, next, 'crash', describeExit(exit));
      }
      photo.version += VERSION_GAP;
      void this.resume(photo, active, { tile: engine.studioSite.tile });
    }
  }

  /** Smaller tiles, or no GPU, in a fresh process: the runtime gives back nothing that it took. */
  private shrink(photo: SupervisedPhoto, active: Active): boolean {
    const engine = active.started?.engine;
    const next = engine ? afterOutOfMemory(active.history, engine.studioSite) : null;
    if (!engine || next === null) return false;
    this.retry(photo, active, next, 'memory', `tile of ${engine.studioSite.tileSide ?? 0} px`);
    // Goes on when the process has ended.
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
