/**
 * One open photo, whoever restores it: the command line, a batch or the editor. It decodes, plans,
 * computes, stores and exports; the editor also reads pixels while the network works.
 *
 * Pixels, maps and exports never wait for the network. One run computes at a time, of whichever
 * session: the newest request wins, and the earlier one keeps its finished tiles.
 */
import { stat } from 'node:fs/promises';
import type { Rect, RestoreOutput } from '../../../shared/contracts/restore.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import {
  checkEncodable,
  depthOf,
  encodeForDisplay,
  encodePlain,
  iccName,
  localText,
  takenAt,
  type Picture,
} from '../../imaging/index.js';
import { loadManifest } from '../../plugins/verify.js';
import { checkOutput } from '../../storage/output-check.js';
import { scorePixels } from '../blur/blur-scorer.js';
import { tileSharpness, type Sharpness } from '../blur/sharpness.js';
import { unwrap } from '../channel.js';
import { loadSpec } from '../inference/load-spec.js';
import type { WorkerApi } from '../inference/protocol.js';
import type { NetworkLock } from '../network-lock.js';
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
  SessionScoreCall,
  StartCall,
  TileCall,
  Where,
} from '../protocol.js';
import type { Grid, Tile } from '../tiling/grid.js';
import { composeMap, type MapName } from '../tiling/maps.js';
import type { CompositeCache } from './composite.js';
import { maskPixels, maskTouches, regionsTouch, type Touches } from './coverage.js';
import { fileSignature, type DecodedPhotoCache, type LoadedPhoto } from './decoded-photos.js';
import { exportPhoto } from './export.js';
import { cellRect, crop, levelCount } from './levels.js';
import { writeMaps, writeStages } from './pictures.js';
import { makePreview } from './preview.js';
import { Restoration, restorationId } from './restoration.js';
import { Run, type Runs } from './run.js';
import type { TileStore, TileStores } from './tile-store.js';

/** Longest side in pixels of a map that is sent to the editor. */
const MAP_SIDE = 2048;
const NEVER = new AbortController().signal;

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
  private readonly restorations = new Map<string, Restoration>();
  /** Previews by plug-in and provider. */
  private readonly previews = new Map<string, Promise<Picture>>();
  /** Sharpness by tile of a grid. */
  private readonly sharpness = new Map<string, Sharpness>();
  private closed = false;

  private constructor(
    private readonly host: SessionHost,
    private readonly call: OpenCall,
    readonly signature: string,
    private readonly store: TileStore,
  ) {
    this.id = call.session;
    this.path = call.path;
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
      return { session, facts: await session.facts() };
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
    const restoration = await this.restorationFor(photo, call);
    return stateOf(restoration, await this.touches(call.where, photo));
  }

  /** Starts or continues a restoration. Its events follow. */
  async start(call: StartCall): Promise<RestorationState> {
    const loaded = await this.load();
    const { photo } = loaded;
    const restoration = await this.restorationFor(photo, call);
    const touches = await this.touches(call.where, photo);
    if (call.resumed === null) {
      for (const tile of restoration.forgetFailed()) {
        this.host.composites.invalidate(restoration, tile);
      }
    }
    const state = stateOf(restoration, touches);
    this.begin(call, loaded, restoration, touches);
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
            .get(this.id, loaded.photo, levels, this.known(restoration), stage)
            .read(level, rect);
    return encodeForDisplay(shown, loaded.colour, level === 0);
  }

  async preview(id: string): Promise<Picture> {
    const restoration = this.known(id);
    const loaded = await this.load();
    const made = this.previews.get(previewName(restoration));
    if (made) return made;
    const { network, worker } = this.host;
    return network.hold(async () => {
      const { settings, recovery } = restoration;
      unwrap(await worker.load(await loadSpec(settings, recovery)));
      return this.previewOf(restoration, loaded);
    });
  }

  /** Returns a map as a picture. Throws if the plug-in has no such map. */
  map(id: string, name: MapName): Promise<Picture> {
    const restoration = this.known(id);
    if (!restoration.maps.includes(name)) {
      throw new UnsmearError('result-missing', { reason: 'map' });
    }
    const { grid } = restoration;
    const step = Math.ceil(Math.max(grid.width, grid.height) / MAP_SIDE);
    return encodePlain(composeMap(grid, restoration, name, step));
  }

  async score(call: SessionScoreCall): Promise<PhotoBlur | null> {
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
    const restoration = this.known(call.restoration);
    const { photo } = await this.load();
    const { stagesDir, mapsDir, strength } = call;
    if (stagesDir !== null) {
      const mask = await maskPixels(NEVER, call.mask, photo);
      await writeStages(stagesDir, this.path, photo, restoration, { mask, strength });
    }
    if (mapsDir !== null) await writeMaps(mapsDir, this.path, photo, restoration);
  }

  async export(
    signal: AbortSignal,
    call: ExportCall,
    progress: (done: number) => void,
  ): Promise<Exported> {
    const restoration = call.restoration === null ? null : this.known(call.restoration);
    const { photo } = await this.load();
    throwIfAborted(signal);
    try {
      return await exportPhoto(signal, call, { input: this.path, photo, restoration, progress });
    } finally {
      // Its pixels were overwritten.
      if (call.inPlace) this.host.photos.drop(this);
    }
  }

  private load(): Promise<LoadedPhoto> {
    return this.host.photos.load(this);
  }

  private release(): void {
    this.closed = true;
    this.host.photos.drop(this);
    this.host.stores.release(this.call.scratch);
  }

  private async facts(): Promise<PhotoFacts> {
    const { photo } = await this.load();
    const { width, height, data, info } = photo;
    const { icc, exif } = info.metadata;
    const changed = (await stat(this.path)).mtime;
    return {
      width,
      height,
      levels: levelCount(width, height),
      format: info.format,
      profile: icc === null ? null : (iccName(icc) ?? 'unnamed'),
      warnings: info.warnings,
      bits: depthOf(data),
      taken: localText(takenAt(exif) ?? changed),
    };
  }

  private known(id: string): Restoration {
    const restoration = this.restorations.get(id);
    if (!restoration) throw new UnsmearError('result-missing', { reason: 'result' });
    return restoration;
  }

  private async restorationFor(
    image: LoadedPhoto['photo'],
    { settings, recovery, version }: FindCall,
  ): Promise<Restoration> {
    const manifest = await loadManifest(settings.plugin);
    const id = restorationId(settings, manifest);
    const old = this.restorations.get(id);
    // Smaller tiles after an out-of-memory mean another grid.
    const same = JSON.stringify(old?.recovery) === JSON.stringify(recovery);
    if (old && same) return old;
    const judge = (grid: Grid, tile: Tile) => {
      const name = `${grid.tileWidth}x${grid.tileHeight} ${tile.index}`;
      const found = this.sharpness.get(name) ?? tileSharpness(image, tile.rect);
      this.sharpness.set(name, found);
      return found;
    };
    const parts = { settings, manifest, recovery, image, store: this.store, judge };
    const made = new Restoration(id, parts, Math.max(version, old?.version ?? 0) + 1);
    this.restorations.set(id, made);
    return made;
  }

  private async touches(where: Where, photo: LoadedPhoto['photo']): Promise<Touches | null> {
    if (where === null) return null;
    if (where === 'nowhere') return () => false;
    if ('regions' in where) return regionsTouch(where.regions, photo);
    const mask = await maskPixels(NEVER, where, photo);
    return mask && maskTouches(mask, photo);
  }

  private begin(
    { run, view, resumed, preview }: StartCall,
    loaded: LoadedPhoto,
    restoration: Restoration,
    touches: Touches | null,
  ): void {
    const { host, store } = this;
    const { keep } = this.call;
    const source = { session: this.id, restoration: restoration.id, run };
    const selection = restoration.select(touches);
    const task = {
      ...{ session: this.id, restoration, selection, image: loaded.photo, store, keep, view },
      unreported: resumed?.tile ?? null,
    };
    const runHost = {
      ...{ worker: host.worker, network: host.network },
      emit: (event: SessionEvent) => host.emit(source, event),
      stepStarted: (tile: number) => host.stepStarted(this.id, tile),
      changed: (tile: number) => host.composites.invalidate(restoration, tile),
      preview: preview ? () => this.previewOf(restoration, loaded) : null,
    };
    const { grid, manifest } = restoration;
    host.runs.begin(
      (after) => new Run(runHost, task, after),
      () => host.idle(`${manifest.id} ${grid.tileWidth}x${grid.tileHeight}`),
    );
  }

  /** Makes one preview per plug-in, whatever the hints. The network must be held. */
  private previewOf(restoration: Restoration, loaded: LoadedPhoto): Promise<Picture> {
    const name = previewName(restoration);
    const made = this.previews.get(name);
    if (made) return made;
    const { manifest, recovery } = restoration;
    const making = makePreview(this.host.worker, manifest, loaded, recovery);
    this.previews.set(name, making);
    making.catch(() => this.previews.delete(name));
    return making;
  }
}

function stateOf(restoration: Restoration, touches: Touches | null): RestorationState {
  const selection = restoration.select(touches);
  const { done, total } = restoration.progress(selection);
  const complete = done === total;
  return {
    restoration: restoration.id,
    stages: restoration.stages,
    maps: restoration.maps,
    tile: restoration.tileSide,
    complete,
    blurredShare: complete ? restoration.blurredShare(selection) : null,
    version: restoration.version,
  };
}

function previewName({ manifest, settings }: Restoration): string {
  return `${manifest.id} ${manifest.version} ${settings.provider}`;
}
