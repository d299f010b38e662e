/**
 * Serves one open photo: decodes, plans, computes, stores and exports. The command line, batches
 * and the editor use it; the editor also reads pixels while the network computes.
 *
 * Pixels, maps and exports never wait for the network. One run computes at a time among all
 * sessions: the newest request stops the earlier one, which keeps its finished tiles.
 */
import type { Rect, RestoreOutput } from '../../../shared/contracts/restore.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import { NEVER } from '../../../shared/core/abort.js';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import {
  cellRect,
  checkEncodable,
  crop,
  encodeForDisplay,
  type Picture,
} from '../../imaging/index.js';
import { loadManifest } from '../../plugins/verify.js';
import { checkOutput } from '../../storage/output-check.js';
import type { MapName } from '../../tiling/maps.js';
import { scorePixels } from '../network/blur-scorer.js';
import type { WorkerApi } from '../inference/protocol.js';
import type { NetworkLock } from '../network/network-lock.js';
import type {
  EventSource,
  ExportCall,
  Exported,
  FindCall,
  OpenCall,
  PhotoFacts,
  PicturesCall,
  RestorationState,
  SessionApi,
  SessionEvent,
  ScoreJob,
  StartCall,
  TileCall,
  Where,
} from '../protocol.js';
import type { CompositeCache } from './composite.js';
import { MaskReader, maskPixels, touchesOf } from './coverage.js';
import {
  fileSignature,
  photoFacts,
  type DecodedPhotoCache,
  type LoadedPhoto,
} from './decoded-photos.js';
import { exportPhoto } from './export.js';
import type { OctaveTile } from './octave.js';
import { mapPicture, writeMaps, writeStages } from './pictures.js';
import type { Restoration, Selection } from './restoration.js';
import { stateOf } from './report.js';
import { Restorations } from './restorations.js';
import { Run, type RunTask } from './run.js';
import type { Runs } from './runs.js';
import type { TileStore, TileStores } from './tile-store.js';

/** What the sessions of one engine share. */
export interface SessionHost {
  readonly worker: WorkerApi;
  readonly network: NetworkLock;
  readonly photos: DecodedPhotoCache;
  readonly stores: TileStores;
  readonly composites: CompositeCache;
  readonly runs: Runs;
  emit(source: EventSource, event: SessionEvent): void;
  /** Awaited before a tile is computed, so that a crash can be attributed to it. */
  stepStarted(session: string, tile: number): Promise<unknown>;
  /** Called after a run, with the shape that it fed to the network. */
  idle(shape: string): void;
}

export class RestorationSession implements SessionApi {
  readonly id: string;
  readonly path: string;
  private readonly restorations: Restorations;
  private readonly masks = new MaskReader();
  private closed = false;

  private constructor(
    private readonly host: SessionHost,
    private readonly call: OpenCall,
    readonly signature: string,
    private readonly store: TileStore,
  ) {
    this.id = call.session;
    this.path = call.path;
    this.restorations = new Restorations(store);
  }

  /** Rejects with the decoder's errors or `file-missing`. */
  static async open(
    host: SessionHost,
    call: OpenCall,
  ): Promise<{ readonly session: RestorationSession; readonly facts: PhotoFacts }> {
    const signature = await fileSignature(call.path);
    const store = host.stores.take(call.scratch, signature);
    const session = new RestorationSession(host, call, signature, store);
    try {
      const { photo } = await session.load();
      return { session, facts: await photoFacts(call.path, photo) };
    } catch (error) {
      session.release();
      throw error;
    }
  }

  /** Stops its run, and frees the photo; finished tiles stay in the scratch folder. */
  async close(): Promise<void> {
    await this.stop();
    this.release();
    this.host.runs.interruptScoring();
  }

  async find(call: FindCall): Promise<RestorationState> {
    const { photo } = await this.load();
    const restoration = await this.restorations.for(photo, call);
    return stateOf(restoration, await this.select(restoration, call.where, photo));
  }

  /** Starts or continues a restoration. Its events follow. */
  async start(call: StartCall): Promise<RestorationState> {
    const loaded = await this.load();
    const { photo } = loaded;
    const restoration = await this.restorations.for(photo, call);
    const selection = await this.select(restoration, call.where, photo);
    if (call.resumed === null) {
      for (const tile of restoration.forgetFailed()) {
        this.host.composites.invalidate(restoration, tile);
      }
    }
    const state = stateOf(restoration, selection);
    const { octaves, guide } = restoration;
    const images = await loaded.octaves(Math.max(octaves.length, guide?.octaves.length ?? 0));
    this.begin(call, { restoration, selection, images });
    return state;
  }

  setViewport(view: Rect): void {
    this.host.runs.of(this.id)?.setViewport(view);
  }

  async stop(): Promise<void> {
    await this.host.runs.of(this.id)?.stop();
  }

  async tile({ restoration, stage, level, column, row }: TileCall): Promise<Picture> {
    const loaded = await this.load();
    const levels = await loaded.levels();
    const pixels = levels[level];
    const rect = pixels && cellRect(pixels, column, row);
    if (!rect) throw new UnsmearError('result-missing', { reason: 'tile' });
    const shown =
      restoration === null
        ? crop(pixels, rect)
        : await this.host.composites
            .get(this.id, loaded.photo, levels, this.restorations.get(restoration), stage)
            .read(level, rect);
    return encodeForDisplay(shown, loaded.colour, level === 0);
  }

  map(id: string, name: MapName): Promise<Picture> {
    return mapPicture(this.restorations.get(id), name);
  }

  async score(call: Pick<ScoreJob, 'plugin' | 'provider'>): Promise<PhotoBlur | null> {
    const manifest = await loadManifest(call.plugin);
    const isOpen = () => !this.closed;
    return this.host.runs.inPause(isOpen, async (signal) => {
      const { photo } = await this.host.photos.load(this, false);
      const { blur } = await scorePixels(signal, this.host, call, manifest, photo);
      return blur;
    });
  }

  async checkOutput(output: RestoreOutput): Promise<void> {
    await checkOutput({ input: this.path, output });
    const { photo } = await this.load();
    checkEncodable(photo, output.format, output.path);
  }

  async writePictures(call: PicturesCall): Promise<void> {
    const restoration = this.restorations.get(call.restoration);
    const { photo } = await this.load();
    const { stagesDir, mapsDir, strength } = call;
    if (stagesDir !== null) {
      const mask = await maskPixels(NEVER, call.mask, photo, this.masks);
      await writeStages(stagesDir, this.path, photo, restoration, { mask, strength });
    }
    if (mapsDir !== null) await writeMaps(mapsDir, this.path, photo, restoration);
  }

  async export(
    signal: AbortSignal,
    call: ExportCall,
    progress: (done: number) => void,
  ): Promise<Exported> {
    const restoration = call.restoration === null ? null : this.restorations.get(call.restoration);
    const { photo } = await this.load();
    throwIfAborted(signal);
    try {
      const parts = { input: this.path, photo, restoration, masks: this.masks, progress };
      return await exportPhoto(signal, call, parts);
    } finally {
      // Its pixels were overwritten.
      if (call.inPlace) this.host.photos.drop(this);
    }
  }

  private async select(
    restoration: Restoration,
    where: Where,
    photo: LoadedPhoto['photo'],
  ): Promise<Selection> {
    return restoration.select(await touchesOf(where, photo, this.masks));
  }

  private load(): Promise<LoadedPhoto> {
    return this.host.photos.load(this);
  }

  private release(): void {
    this.closed = true;
    this.host.photos.drop(this);
    this.host.stores.release(this.call.scratch);
  }

  private begin(
    { run, view, resumed }: StartCall,
    parts: Pick<RunTask, 'restoration' | 'selection' | 'images'>,
  ): void {
    const { host, store } = this;
    const { restoration } = parts;
    const source = { session: this.id, restoration: restoration.id, run };
    const task = {
      ...{ ...parts, session: this.id, store, keep: this.call.keep, view },
      unreported: resumed?.tile ?? null,
    };
    const runHost = {
      ...{ worker: host.worker, network: host.network },
      emit: (event: SessionEvent) => host.emit(source, event),
      stepStarted: (tile: number) => host.stepStarted(this.id, tile),
      changed: (tile: OctaveTile) => host.composites.invalidate(restoration, tile),
    };
    const { grid, manifest } = restoration;
    host.runs.begin(
      (after) => new Run(runHost, task, after),
      () => host.idle(`${manifest.id} ${grid.tileWidth}x${grid.tileHeight}`),
    );
  }
}
