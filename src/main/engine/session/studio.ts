/**
 * The part of the engine that serves an editor: pixels of open photos and of their results at once, and one result at a time
 * that the network works on. The newest wish wins: starting a result, of whichever photo, ends the one before it after the
 * step at hand; what is finished of it is kept.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import { throwIfAborted, UnsmearError } from '../../../shared/core/errors.js';
import type { BlurVerdict } from '../../../shared/contracts/triage.js';
import { encodeForDisplay, encodePlain, type Picture } from '../../imaging/index.js';
import { loadManifest } from '../../plugins/verify.js';
import { loadSpec } from './job-settings.js';
import { composeMap, type MapName } from '../tiling/maps.js';
import { unwrap } from '../channel.js';
import { judgePixels } from '../blur/judge.js';
import { CompositeCache } from './composite.js';
import { exportResult } from './export.js';
import { cellRect, crop } from './levels.js';
import { PhotoShelf, type Loaded, type OpenPhoto } from './photos.js';
import { makePreview } from './first-look.js';
import type {
  BlurCall,
  ExportCall,
  Exported,
  OpenCall,
  StartCall,
  StudioPhoto,
  StudioResult,
  TileCall,
} from './protocol.js';
import { Result, resultId } from './result.js';
import { Run, type RunHost } from './run.js';

const MAP_SIDE = 2048;

export interface StudioOptions extends Pick<
  RunHost,
  'worker' | 'network' | 'emit' | 'stepStarted'
> {
  /** A run has ended by itself. `shape`: what it fed to the network. */
  idle(shape: string): void;
}

export class Studio {
  private readonly composites = new CompositeCache();
  private readonly shelf = new PhotoShelf({
    isBusy: (photo) => this.run?.photo.call.photo === photo,
    evicted: (photo) => this.composites.drop(photo),
  });
  private run: Run | null = null;
  private lastRun: Promise<unknown> = Promise.resolve();
  /** A restoration, or closing the photo, goes before it. */
  private judging = new AbortController();

  constructor(private readonly host: StudioOptions) {}

  open(call: OpenCall): Promise<StudioPhoto> {
    return this.shelf.open(call);
  }

  async close(id: string): Promise<void> {
    await this.stop(id);
    this.shelf.close(id);
    this.judging.abort();
  }

  /** A tile of the pyramid; never waits for the network. */
  async tile({ photo: id, result, stage, level, column, row }: TileCall): Promise<Picture> {
    const photo = this.shelf.get(id);
    const loaded = await this.shelf.load(photo);
    const pixels = loaded.levels[level];
    const rect = pixels && cellRect(pixels, column, row);
    if (!rect) throw new UnsmearError('option-invalid', 'There is no such tile in the photo.');
    const shown =
      result === null
        ? crop(pixels, rect)
        : await this.composites.get(id, loaded, known(photo, result), stage).read(level, rect);
    return encodeForDisplay(shown, loaded.colour, level === 0);
  }

  async start(call: StartCall): Promise<StudioResult> {
    const photo = this.shelf.get(call.photo);
    const loaded = await this.shelf.load(photo);
    const result = await this.resultFor(photo, loaded, call);
    if (call.run !== null && call.resumed === null) this.retryFailed(result);
    const { done, total } = result.progress();
    if (call.run !== null) this.begin(call, call.run, photo, loaded, result);
    return {
      result: result.id,
      stages: result.stages,
      maps: result.maps,
      tile: result.tileSide,
      complete: done === total,
      blurredShare: done === total ? result.blurredShare() : null,
      version: result.version,
    };
  }

  lookAt(id: string, view: Rect): null {
    if (this.run?.photo.call.photo === id) this.run.lookAt(view);
    return null;
  }

  /** Resolves when the network is done with the photo. */
  async stop(id: string): Promise<void> {
    if (this.run?.photo.call.photo === id) await this.run.stop();
  }

  /** Waits for the network when nobody has asked for it before. */
  async preview(id: string, resultId: string): Promise<Picture> {
    const photo = this.shelf.get(id);
    const result = known(photo, resultId);
    const loaded = await this.shelf.load(photo);
    const made = photo.previews.get(previewName(result));
    if (made) return made;
    return this.host.network.hold(async () => {
      const { spec, recovery } = result;
      unwrap(await this.host.worker.load(await loadSpec(spec, recovery)));
      return this.previewOf(photo, result, loaded);
    });
  }

  async map(id: string, resultId: string, name: MapName): Promise<Picture> {
    const result = known(this.shelf.get(id), resultId);
    if (!result.maps.includes(name)) {
      throw new UnsmearError('option-invalid', `This network has no map of ${name}.`);
    }
    const { grid } = result;
    const step = Math.ceil(Math.max(grid.width, grid.height) / MAP_SIDE);
    return encodePlain(composeMap(grid, result, name, step));
  }

  /** Whether a photo is blurred, in the pauses of everything else; null: it was closed. */
  async blur(call: BlurCall): Promise<BlurVerdict | null> {
    const photo = this.shelf.get(call.photo);
    const manifest = await loadManifest(call.plugin);
    for (;;) {
      while (this.run !== null) await this.lastRun;
      if (!this.shelf.isOpen(call.photo)) return null;
      const { signal } = (this.judging = new AbortController());
      try {
        const { photo: pixels } = await this.shelf.load(photo, false);
        const { blur } = await judgePixels(signal, this.host, call, manifest, pixels);
        return { score: blur.score, blurredShare: blur.blurredShare };
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async export(
    signal: AbortSignal,
    call: ExportCall,
    tell: (done: number) => void,
  ): Promise<Exported> {
    const photo = this.shelf.get(call.photo);
    const result = call.result === null ? null : known(photo, call.result);
    const { photo: decoded } = await this.shelf.load(photo);
    throwIfAborted(signal);
    return exportResult(signal, call, { input: photo.call.path, photo: decoded, result, tell });
  }

  private async resultFor(photo: OpenPhoto, loaded: Loaded, call: StartCall): Promise<Result> {
    const { spec, recovery, version } = call;
    const manifest = await loadManifest(spec.plugin);
    const id = resultId(spec, manifest);
    const old = photo.results.get(id);
    // Smaller tiles after an out-of-memory are another grid.
    const same = JSON.stringify(old?.recovery) === JSON.stringify(recovery);
    if (old && same) return old;
    const judge = photo.judge.bind(photo, loaded.photo);
    const parts = { spec, manifest, recovery, image: loaded.photo, store: photo.store, judge };
    const result = new Result(id, parts, Math.max(version, old?.version ?? 0) + 1);
    photo.results.set(id, result);
    return result;
  }

  private retryFailed(result: Result): void {
    for (const tile of result.forgetFailed()) this.composites.touch(result, tile);
  }

  private begin(
    { view, resumed }: StartCall,
    id: number,
    photo: OpenPhoto,
    loaded: Loaded,
    result: Result,
  ): void {
    void this.run?.stop();
    this.judging.abort();
    const host: RunHost = {
      ...this.host,
      changed: (tile) => this.composites.touch(result, tile),
      preview: () => this.previewOf(photo, result, loaded),
    };
    const untold = resumed?.tile ?? null;
    const run = new Run(host, { id, photo, result, loaded, view, untold }, this.lastRun);
    this.run = run;
    this.lastRun = run.ended.then(() => {
      if (this.run === run) this.run = null;
      const { grid, manifest } = result;
      this.host.idle(`${manifest.id} ${grid.tileWidth}x${grid.tileHeight}`);
    });
  }

  /** One for a plug-in, whatever the hints. While the network is held. */
  private previewOf(photo: OpenPhoto, result: Result, loaded: Loaded): Promise<Picture> {
    const name = previewName(result);
    const made = photo.previews.get(name);
    if (made) return made;
    const { manifest, recovery } = result;
    const making = makePreview(this.host.worker, manifest, loaded, recovery);
    photo.previews.set(name, making);
    making.catch(() => photo.previews.delete(name));
    return making;
  }
}

function known(photo: OpenPhoto, resultId: string): Result {
  const result = photo.results.get(resultId);
  if (!result) throw new UnsmearError('option-invalid', 'This result is not known.');
  return result;
}

function previewName({ manifest, spec }: Result): string {
  return `${manifest.id} ${manifest.version} ${spec.provider}`;
}
