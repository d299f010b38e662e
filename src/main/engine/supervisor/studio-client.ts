/**
 * The app's handle on the studio: open photos, their pixels, and results that grow while the user
 * watches.
 *
 * The process of the one-shot jobs serves it. Pixels, maps and exports never wait for the network.
 * Calls that need the network run in the order of their arrival: a job holds it for its whole photo,
 * a result for one step of one tile, so a job begins after the current step and the result resumes
 * after the job.
 */
import { randomUUID } from 'node:crypto';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import type { ProviderChoice } from '../../../shared/contracts/providers.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { BlurVerdict } from '../../../shared/contracts/triage.js';
import type { Picture } from '../../imaging/index.js';
import type { EngineClient } from './client.js';
import type { MapName } from '../tiling/maps.js';
import { NO_CRASH, NO_RECOVERY } from './recovery.js';
import type { RunningEngine } from './running-engine.js';
import { ScratchCache } from '../../storage/scratch-cache.js';
import { StudioSupervisor, type AskOptions, type OnStudioEvent } from './studio-supervisor.js';
import type { Active, Known, SupervisedPhoto } from './supervised-photo.js';
import type {
  ExportCall,
  Exported,
  ResultSpec,
  StudioPhoto,
  StudioResult,
  TileCall,
} from '../session/protocol.js';

export interface StudioOptions {
  readonly onEvent: OnStudioEvent;
  /** Folder for finished tiles, six bytes per pixel, stage and result; default: the system's. */
  readonly scratchRoot?: string;
  /** Bytes of finished tiles to keep of closed photos. */
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

  /** Opens a photo under a name of the caller's choice. */
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

  /** Closes the photo; its finished tiles are kept and used when it is opened again. */
  async close(id: string): Promise<void> {
    const photo = this.supervisor.photos.get(id);
    if (!photo) return;
    this.supervisor.photos.delete(id);
    photo.active = null;
    const engine = photo.home?.engine;
    if (engine && !engine.gone) await engine.call(engine.rpc.studioClose(id));
    await photo.scratch.release();
  }

  /** Closes every photo and removes all finished tiles; the engine keeps running. */
  async dispose(): Promise<void> {
    await Promise.all([...this.supervisor.photos.keys()].map((id) => this.close(id)));
    await this.scratch.close();
  }

  /** Returns a tile of the photo or of a result, in Display P3: PNG at level 0, else JPEG. */
  tile(signal: AbortSignal, call: TileCall): Promise<Picture> {
    return this.ask(signal, call.photo, ({ rpc }) => rpc.studioTile(call));
  }

  /** Starts or resumes a result, and stops the result in progress, of whichever photo. */
  async start(
    signal: AbortSignal,
    id: string,
    spec: ResultSpec,
    view: Rect | null,
  ): Promise<StudioResult> {
    const photo = this.photo(id);
    const known = knownResult(photo, spec);
    // A new request retries tiles that an earlier run had to leave unrestored.
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

  /** Returns the present state of a result without starting it. */
  async look(signal: AbortSignal, id: string, spec: ResultSpec): Promise<StudioResult> {
    const photo = this.photo(id);
    const { recovery } = knownResult(photo, spec);
    const { version } = photo;
    const call = { photo: id, spec, view: null, recovery, version, run: null, resumed: null };
    const found = await this.ask(signal, id, ({ rpc }) => rpc.studioStart(call));
    photo.version = Math.max(photo.version, found.version);
    return found;
  }

  /** Sets the viewport; its tiles are restored first. */
  async lookAt(signal: AbortSignal, id: string, view: Rect): Promise<void> {
    const { active } = this.photo(id);
    if (active) active.view = view;
    await this.ask(signal, id, ({ rpc }) => rpc.studioLook(id, view));
  }

  /** Stops after the current step, or `now` by killing the engine's process; finished tiles are kept. */
  async stop(signal: AbortSignal, id: string, now = false): Promise<void> {
    const photo = this.photo(id);
    if (now && (await this.supervisor.kill(photo))) return;
    photo.active = null;
    await this.ask(signal, id, ({ rpc }) => rpc.studioStop(id));
  }

  /** Returns the preview, the only picture that may wait for the network. */
  preview(signal: AbortSignal, id: string, result: string): Promise<Picture> {
    return this.ask(signal, id, ({ rpc }) => rpc.studioPreview(id, result), { network: true });
  }

  map(signal: AbortSignal, id: string, result: string, map: MapName): Promise<Picture> {
    return this.ask(signal, id, ({ rpc }) => rpc.studioMap(id, result, map));
  }

  /** Scores the photo's blur as `triagePhoto` does, while the engine is idle; `null` if it was closed. */
  blur(
    signal: AbortSignal,
    id: string,
    plugin: string,
    provider: ProviderChoice,
  ): Promise<BlurVerdict | null> {
    const call = { photo: id, plugin, provider };
    // A badge is not worth a second crash.
    return this.ask(signal, id, ({ rpc }) => rpc.studioBlur(call), { tries: 1 });
  }

  /**
   * Writes the photo or a result to a file. A cancelled export leaves no file, unless it was finished in
   * that moment; then it resolves. `tell` receives the share that is done, 0..1.
   */
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
      // Not aborted by the signal: the caller must learn whether there is a file.
      return await this.ask(new AbortController().signal, call.photo, (current) => {
        // After a crash the engine before has left no file.
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
    options?: AskOptions,
  ): Promise<T> {
    return this.supervisor.ask(signal, this.photo(id), call, options);
  }
}

/** Returns the photo's record of this result; makes one if there is none. */
function knownResult(photo: SupervisedPhoto, spec: ResultSpec): Known {
  const name = JSON.stringify(spec);
  const known = photo.results.get(name) ?? { spec, recovery: NO_RECOVERY };
  photo.results.set(name, known);
  return known;
}
