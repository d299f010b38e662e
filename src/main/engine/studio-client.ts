/**
 * The studio as the app sees it: open photos, their pixels, and results that grow while one looks.
 *
 * It is served by the process of the one-shot jobs. Pixels, maps and exports wait for nobody. Among what needs the network
 * the first to ask is the first served: a job keeps it for its photo, a result for one step of one tile at a time, so a job
 * begins after the step at hand and the result goes on after the job.
 */
import { randomUUID } from 'node:crypto';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import type { ProviderChoice } from '../../shared/providers.js';
import type { Rect } from '../../shared/restore.js';
import type { BlurVerdict } from '../../shared/triage.js';
import type { Picture } from '../imaging/index.js';
import type { EngineClient } from './client.js';
import type { MapName } from './maps.js';
import { NO_CRASH, NO_RECOVERY } from './recovery.js';
import type { RunningEngine } from './running-engine.js';
import { ScratchCache } from './scratch-cache.js';
import { StudioSupervisor, type OnStudioEvent } from './studio-supervisor.js';
import type { Active, Known, SupervisedPhoto } from './supervised-photo.js';
import type {
  ExportCall,
  Exported,
  ResultSpec,
  StudioPhoto,
  StudioResult,
  TileCall,
} from './studio/protocol.js';

export interface StudioOptions {
  readonly onEvent: OnStudioEvent;
  /** Where finished tiles are kept: six bytes per pixel, stage and result. Default: the system's folder for temporary files. */
  readonly scratchRoot?: string;
  /** Bytes of finished tiles that are kept of photos that are closed. */
  readonly maxKept?: number;
}

export class StudioClient {
  private readonly supervisor: StudioSupervisor;
  private readonly scratch: ScratchCache;
  private runs = 0;

  constructor(engines: EngineClient, { onEvent, scratchRoot, maxKept }: StudioOptions) {
    this.supervisor = new StudioSupervisor(engines, onEvent);
    this.scratch = new ScratchCache(scratchRoot, maxKept);
  }

  /** `id` is the caller's name for the photo. */
  async open(signal: AbortSignal, id: string, path: string): Promise<StudioPhoto> {
    const { photos } = this.supervisor;
    if (photos.has(id)) throw new UnsmearError('internal', 'This photo is open already.');
    const scratch = await this.scratch.lease(path);
    const fresh = { results: new Map(), version: 0, active: null, home: null };
    const photo: SupervisedPhoto = { id, path, scratch, ...fresh };
    photos.set(id, photo);
    try {
      return await this.supervisor.ask(signal, photo, (_, value) =>
        Promise.resolve({ ok: true, value }),
      );
    } catch (error) {
      await this.close(id);
      throw error;
    }
  }

  /** What was computed for it is found again when it is opened again. */
  async close(id: string): Promise<void> {
    const photo = this.supervisor.photos.get(id);
    if (!photo) return;
    this.supervisor.photos.delete(id);
    photo.active = null;
    const engine = photo.home?.engine;
    if (engine && !engine.gone) await engine.call(engine.rpc.studioClose(id));
    await photo.scratch.release();
  }

  /** Closes every photo and removes what was computed; the engine stays. */
  async dispose(): Promise<void> {
    await Promise.all([...this.supervisor.photos.keys()].map((id) => this.close(id)));
    await this.scratch.close();
  }

  /** A tile of the photo or of a result, in Display P3: PNG at level 0, else JPEG. */
  tile(signal: AbortSignal, call: TileCall): Promise<Picture> {
    return this.ask(signal, call.photo, ({ rpc }) => rpc.studioTile(call));
  }

  /** Begins, or continues, a result; whatever was running, for any photo, is abandoned. */
  async start(
    signal: AbortSignal,
    id: string,
    spec: ResultSpec,
    view: Rect | null,
  ): Promise<StudioResult> {
    const photo = this.photo(id);
    const known = knownResult(photo, spec);
    // A new wish tries again what an earlier run had to leave.
    known.recovery = { ...known.recovery, leaveTiles: [] };
    for (const other of this.supervisor.photos.values()) other.active = null;
    const history = { ...NO_CRASH, recovery: known.recovery };
    const active: Active = { run: ++this.runs, known, view, history, started: null };
    photo.active = active;
    try {
      return await this.supervisor.begin(signal, photo, active);
    } catch (error) {
      if (photo.active === active) photo.active = null;
      throw error;
    }
  }

  /** What is there of a result; what runs goes on. */
  async look(signal: AbortSignal, id: string, spec: ResultSpec): Promise<StudioResult> {
    const photo = this.photo(id);
    const { recovery } = knownResult(photo, spec);
    const { version } = photo;
    const call = { photo: id, spec, view: null, recovery, version, run: null, resumed: null };
    const found = await this.ask(signal, id, ({ rpc }) => rpc.studioStart(call));
    photo.version = Math.max(photo.version, found.version);
    return found;
  }

  /** Tiles there are worked on first. */
  async lookAt(signal: AbortSignal, id: string, view: Rect): Promise<void> {
    const { active } = this.photo(id);
    if (active) active.view = view;
    await this.ask(signal, id, ({ rpc }) => rpc.studioLook(id, view));
  }

  /** After the step at hand, or `now`, by ending the engine's process; what is finished stays. */
  async stop(signal: AbortSignal, id: string, now = false): Promise<void> {
    const photo = this.photo(id);
    if (now && (await this.supervisor.kill(photo))) return;
    photo.active = null;
    await this.ask(signal, id, ({ rpc }) => rpc.studioStop(id));
  }

  /** The first look; the only picture that may have to wait for the network. */
  preview(signal: AbortSignal, id: string, result: string): Promise<Picture> {
    return this.ask(signal, id, ({ rpc }) => rpc.studioPreview(id, result));
  }

  map(signal: AbortSignal, id: string, result: string, map: MapName): Promise<Picture> {
    return this.ask(signal, id, ({ rpc }) => rpc.studioMap(id, result, map));
  }

  /**
   * Whether the photo is blurred, judged as `triagePhoto` does it, while nothing else is worked on; null: it was closed.
   */
  blur(
    signal: AbortSignal,
    id: string,
    plugin: string,
    provider: ProviderChoice,
  ): Promise<BlurVerdict | null> {
    const call = { photo: id, plugin, provider };
    // Once: a guess is not worth another crash.
    return this.ask(signal, id, ({ rpc }) => rpc.studioBlur(call), 1);
  }

  /** Cancelled, it leaves no file; one that was finished in that moment is told. `tell`: the share that is done. */
  async export(
    signal: AbortSignal,
    call: Omit<ExportCall, 'id'>,
    tell: (done: number) => void = () => undefined,
  ): Promise<Exported> {
    throwIfAborted(signal);
    const id = randomUUID();
    this.supervisor.exports.set(id, tell);
    let engine: RunningEngine | null = null;
    const onAbort = () => void engine?.rpc.cancel.asEvent(id);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // Waited for to the end, whatever the signal: the caller must know whether there is a file.
      return await this.ask(new AbortController().signal, call.photo, (current) => {
        // The engine that was asked before has died, and its file with it.
        throwIfAborted(signal);
        engine = current;
        return current.rpc.studioExport({ ...call, id });
      });
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.supervisor.exports.delete(id);
      this.supervisor.replaceWorn();
    }
  }

  private photo(id: string): SupervisedPhoto {
    const photo = this.supervisor.photos.get(id);
    if (!photo) throw new UnsmearError('option-invalid', 'This photo is not open.');
    return photo;
  }

  private async ask<T>(
    signal: AbortSignal,
    id: string,
    call: Parameters<typeof this.supervisor.ask<T>>[2],
    tries?: number,
  ): Promise<T> {
    return this.supervisor.ask(signal, this.photo(id), call, tries);
  }
}

/** A result by what it depends on, also for an engine that has not heard of it. */
function knownResult(photo: SupervisedPhoto, spec: ResultSpec): Known {
  const name = JSON.stringify(spec);
  const known = photo.results.get(name) ?? { spec, recovery: NO_RECOVERY };
  photo.results.set(name, known);
  return known;
}
