/** Computes one tile: stores and reports its stages, or leaves the tile as it was. */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { errorText, toUnsmearError } from '../../../shared/core/errors.js';
import type { Layer } from '../../storage/record-log.js';
import type { WorkerApi } from '../inference/protocol.js';
import type { Keep, SessionEvent } from '../protocol.js';
import { quantiseResidual, type RgbImage } from '../tiling/pixels.js';
import type { PlannedTile } from '../tiling/plan.js';
import { StageBuffers } from '../inference/stage-call.js';
import { GuardError, runTile, type StageOutcome, type TileContext } from '../tiling/tile-runner.js';
import type { Restoration } from './restoration.js';
import type { StageMs, TileStore } from './tile-store.js';

export interface TileWorkParts {
  readonly worker: Pick<WorkerApi, 'runStage'>;
  readonly store: TileStore;
  readonly keep: Keep;
  readonly restoration: Restoration;
  readonly image: RgbImage;
  readonly emit: (event: SessionEvent) => void;
  /** Called when a tile's pixels have changed. */
  readonly changed: (tile: number) => void;
  /** Returns whether any tile of the photo has been computed. */
  readonly hasWorked: () => boolean;
}

export class TileWork {
  private readonly context: TileContext;

  constructor(private readonly parts: TileWorkParts) {
    const { worker, restoration, image, keep } = parts;
    const { grid, manifest, settings } = restoration;
    this.context = {
      ...{ worker, manifest, grid, image, maps: keep.maps },
      ...{ rois: settings.rois, skip: settings.skip },
      buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight),
    };
  }

  /** Computes a tile; `begun` is awaited before the network works on it. */
  async compute(index: number, provider: ProviderId, begun: () => Promise<unknown>): Promise<void> {
    const { restoration } = this.parts;
    const { planned } = restoration.tiles[index]!;
    if (planned === null) return;
    if (restoration.recovery.leaveTiles.includes(index)) {
      this.leave(planned, null);
      return;
    }
    await begun();
    const failure = await this.tryProviders(planned, provider);
    if (failure !== null) this.leave(planned, failure);
  }

  /** Emits the latest stored stage of a tile again, because a crash may have lost the event. */
  announce(tile: number): void {
    const { restoration, emit } = this.parts;
    const stage = restoration.done(tile);
    const entry = restoration.tiles[tile];
    if (entry === undefined || stage === 0 || restoration.isLeft(tile)) return;
    this.changed(tile);
    const { version } = restoration;
    emit({ type: 'stage', tile, stage, rect: entry.tile.rect, version, ms: 0 });
  }

  /**
   * Runs a tile, and again on the CPU after an implausible output or an error of the plug-in.
   * Returns why the CPU failed too; `null` = done. Rejects with errors that affect all tiles.
   */
  private async tryProviders(planned: PlannedTile, provider: ProviderId): Promise<string | null> {
    const { restoration, hasWorked, emit } = this.parts;
    const onCpu = provider === 'cpu' || restoration.recovery.cpuTiles.includes(planned.tile.index);
    let failure = '';
    for (const forceCpu of onCpu ? [true] : [false, true]) {
      try {
        await this.runStages(planned, forceCpu);
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

  private async runStages(planned: PlannedTile, forceCpu: boolean): Promise<void> {
    let unstored: StageMs[] = [];
    await runTile(this.context, planned, forceCpu, (index, outcome) => {
      unstored.push([index + 1, outcome.ms]);
      if (!outcome.last && !this.parts.keep.stages) return;
      this.store(planned, index + 1, outcome, unstored);
      unstored = [];
    });
  }

  private store(
    { tile }: PlannedTile,
    stage: number,
    outcome: StageOutcome,
    times: readonly StageMs[],
  ): void {
    const { restoration, store, emit } = this.parts;
    const { key } = restoration.tiles[tile.index]!;
    const { skipped, last, ms } = outcome;
    const layers = this.layersOf(tile, outcome);
    store.put({ key, stage, skipped, last, warning: null, times }, layers);
    const { index, rect } = tile;
    if (skipped !== null) {
      emit({ type: 'skipped', tile: index, rect, reason: skipped });
      return;
    }
    this.changed(index);
    emit({ type: 'stage', tile: index, stage, rect, version: restoration.version, ms });
  }

  /** Returns the data to store of a stage; a skipped tile has no residual. */
  private layersOf(tile: PlannedTile['tile'], outcome: StageOutcome): Layer[] {
    const { maps, skipped, restored } = outcome;
    const { grid, manifest } = this.parts.restoration;
    const stored = this.parts.keep.maps ? Object.entries(maps) : [];
    const layers = stored.map(([name, { data, channels, height, width }]): Layer => {
      return { name, type: 'float32', shape: [channels, height, width], data };
    });
    if (skipped !== null) return layers;
    const data = quantiseResidual(restored, this.parts.image, grid, tile, manifest.image);
    const shape = [tile.rect.h, tile.rect.w, 3];
    return [{ name: 'residual', type: 'int16', shape, data }, ...layers];
  }

  /** Leaves a tile unrestored, with a warning; `why` null = the engine crashed on it. */
  private leave({ tile }: PlannedTile, why: string | null): void {
    const { restoration, store, emit } = this.parts;
    const { index, rect } = tile;
    const { key } = restoration.tiles[index]!;
    const { x, y } = rect;
    const params =
      why === null
        ? ({ reason: 'crash', x, y } as const)
        : ({ reason: 'other', x, y, details: why } as const);
    const warning = { code: 'part-not-restored', params } as const;
    store.put({ key, stage: 1, skipped: 'failed', last: true, warning, times: [] }, []);
    this.changed(index);
    emit({ type: 'warning', warning });
    emit({ type: 'skipped', tile: index, rect, reason: 'failed' });
  }

  private changed(tile: number): void {
    this.parts.restoration.version++;
    this.parts.changed(tile);
  }
}
