/** Computes one tile: stores and reports its stages, or leaves the tile as it was. */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { errorText, toUnsmearError } from '../../../shared/core/errors.js';
import type { Layer } from '../../storage/record-log.js';
import { guessTile } from '../../tiling/enlarge.js';
import type { RgbImage } from '../../imaging/index.js';
import { quantiseResidual } from '../../tiling/pixels.js';
import type { WorkerApi } from '../inference/protocol.js';
import { StageBuffers } from '../inference/stage-call.js';
import type { Keep, SessionEvent } from '../protocol.js';
import {
  GuardError,
  readTile,
  runTile,
  type StageOutcome,
  type TileContext,
  type TilePixels,
} from '../network/tile-runner.js';
import type { Octave, OctaveTile } from './octave.js';
import { octaveHints } from './plan-octaves.js';
import type { Restoration } from './restoration.js';
import type { StageMs, TileStore } from './tile-store.js';

interface TileWorkParts {
  readonly worker: Pick<WorkerApi, 'runStage'>;
  readonly store: TileStore;
  readonly keep: Keep;
  readonly restoration: Restoration;
  /** Octaves of the photo, the full size first. */
  readonly images: readonly RgbImage[];
  readonly emit: (event: SessionEvent) => void;
  /** Called when a tile's pixels have changed. */
  readonly changed: (tile: OctaveTile) => void;
  /** Returns whether any tile of the photo has been computed. */
  readonly hasWorked: () => boolean;
}

interface TileSteps {
  /** Awaited before the network works on the tile. */
  readonly begin: () => Promise<unknown>;
  /** Called while the network works on the tile: time to prepare the next one. */
  readonly meanwhile?: () => void;
}

export class TileWork {
  private readonly contexts = new Map<Octave, TileContext>();
  /** The tile that was prepared last. */
  private prepared: { readonly tile: OctaveTile; readonly pixels: TilePixels } | null = null;

  constructor(private readonly parts: TileWorkParts) {}

  /** Reads the pixels of a tile before its turn. The tiles that it depends on are resolved. */
  prepare(tile: OctaveTile): void {
    const pixels = readTile(this.contextOf(tile.octave), tile, this.guessOf(tile));
    this.prepared = { tile, pixels };
  }

  async compute(tile: OctaveTile, provider: ProviderId, steps: TileSteps): Promise<void> {
    const { restoration } = this.parts;
    if (restoration.recovery.leaveTiles.includes(tile.index)) {
      this.leave(tile, null);
      return;
    }
    await steps.begin();
    const failure = await this.tryProviders(tile, provider, steps.meanwhile);
    if (failure !== null) this.leave(tile, failure);
  }

  /** Emits the latest stored stage of a tile again, because a crash may have lost the event. */
  announce(tile: OctaveTile): void {
    const { restoration, emit } = this.parts;
    const { index, rect } = tile;
    const stage = restoration.done(tile);
    if (stage === 0 || restoration.isLeft(tile)) return;
    this.changed(tile);
    emit({ type: 'stage', tile: index, stage, rect, version: restoration.version, ms: 0 });
  }

  /**
   * Runs a tile, and again on the CPU after an implausible output or an error of the plug-in.
   * Returns why the CPU failed too; `null` = done. Rejects with errors that affect all tiles.
   */
  private async tryProviders(
    tile: OctaveTile,
    provider: ProviderId,
    meanwhile?: () => void,
  ): Promise<string | null> {
    const { restoration, hasWorked, emit } = this.parts;
    if (this.prepared?.tile !== tile) this.prepare(tile);
    const { pixels } = this.prepared!;
    const onCpu = provider === 'cpu' || restoration.recovery.cpuTiles.includes(tile.index);
    let failure = '';
    for (const forceCpu of onCpu ? [true] : [false, true]) {
      try {
        await this.runStages(tile, pixels, forceCpu, meanwhile);
        return null;
      } catch (error) {
        const isGuard = error instanceof GuardError;
        if (!isGuard && toUnsmearError(error).code !== 'plugin-failed') throw error;
        // A graph that fails on the CPU before any tile has worked fails on all of them.
        if (!isGuard && forceCpu && !hasWorked()) throw error;
        failure = errorText(error);
        const reason = isGuard ? 'unusable' : 'failed';
        if (!forceCpu) emit({ type: 'retried', reason, details: failure });
      }
    }
    return failure;
  }

  private async runStages(
    tile: OctaveTile,
    pixels: TilePixels,
    forceCpu: boolean,
    onStart?: () => void,
  ): Promise<void> {
    const first = this.parts.restoration.firstStage(tile.octave);
    let unstored: StageMs[] = [];
    const onStage = (index: number, outcome: StageOutcome) => {
      const stage = first + index;
      unstored.push([stage, outcome.ms]);
      if (!outcome.last && !this.parts.keep.stages) return;
      this.store(tile, stage, outcome, unstored);
      unstored = [];
    };
    await runTile(this.contextOf(tile.octave), tile, pixels, forceCpu, { onStart, onStage });
  }

  private contextOf(octave: Octave): TileContext {
    const { worker, restoration, images, keep } = this.parts;
    const { manifest, settings } = restoration;
    const { grid, number } = octave;
    const context = this.contexts.get(octave) ?? {
      ...{ worker, manifest, grid, image: images[number]!, maps: keep.maps, skip: settings.skip },
      rois: octaveHints(settings, number),
      buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight),
    };
    this.contexts.set(octave, context);
    return context;
  }

  /** Returns the enlarged result of the coarser octave; `null` = the network starts anew. */
  private guessOf(tile: OctaveTile): Float32Array | null {
    const { restoration, images } = this.parts;
    const { octave } = tile;
    if (restoration.manifest.pyramid === undefined || octave.coarser === null) return null;
    const change = octave.changeBelow(tile, restoration.view('latest'));
    const coarser = images[octave.number + 1]!;
    const format = restoration.manifest.image;
    return guessTile(coarser, change, octave.size, octave.grid, tile.tile, format);
  }

  private store(
    tile: OctaveTile,
    stage: number,
    outcome: StageOutcome,
    times: readonly StageMs[],
  ): void {
    const { restoration, store, emit } = this.parts;
    const { key, index, rect } = tile;
    const { skipped, last, ms } = outcome;
    store.put({ key, stage, skipped, last, warning: null, times }, this.layersOf(tile, outcome));
    restoration.noteBlur(tile);
    this.changed(tile);
    if (skipped !== null) {
      emit({ type: 'skipped', tile: index, rect, reason: skipped });
      return;
    }
    emit({ type: 'stage', tile: index, stage, rect, version: restoration.version, ms });
  }

  /** Returns the data to store of a stage; a skipped tile has no residual. */
  private layersOf({ tile, octave }: OctaveTile, outcome: StageOutcome): Layer[] {
    const { maps, skipped, restored } = outcome;
    const { manifest } = this.parts.restoration;
    const stored = Object.entries(maps).filter(
      ([name]) => this.parts.keep.maps || name === 'extent' || name === 'kind',
    );
    const layers = stored.map(([name, { data, channels, height, width }]): Layer => {
      return { name, type: 'float32', shape: [channels, height, width], data };
    });
    if (skipped !== null) return layers;
    const image = this.parts.images[octave.number]!;
    const data = quantiseResidual(restored, image, octave.grid, tile, manifest.image);
    const shape = [tile.rect.h, tile.rect.w, 3];
    return [{ name: 'residual', type: 'int16', shape, data }, ...layers];
  }

  /** Leaves a tile unrestored, with a warning; `why` null = the engine crashed on it. */
  private leave(tile: OctaveTile, why: string | null): void {
    const { restoration, store, emit } = this.parts;
    const { index, key, rect, octave } = tile;
    const { x, y } = rect;
    const params =
      why === null
        ? ({ reason: 'crash', x, y } as const)
        : ({ reason: 'other', x, y, details: why } as const);
    const warning = { code: 'part-not-restored', params } as const;
    const stage = restoration.firstStage(octave);
    store.put({ key, stage, skipped: 'failed', last: true, warning, times: [] }, []);
    this.changed(tile);
    emit({ type: 'warning', warning });
    emit({ type: 'skipped', tile: index, rect, reason: 'failed' });
  }

  private changed(tile: OctaveTile): void {
    this.parts.restoration.changed(tile);
    this.parts.changed(tile);
  }
}
