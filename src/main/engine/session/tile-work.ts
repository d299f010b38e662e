/** One step of one tile: run it where its states are, store and tell what came of it, or leave the tile as it was. */
import type { ResultEvent } from '../../../shared/protocol/events.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { CRASHED_ON_IT, leftAsItWas, runGuarded } from '../tiling/guarded.js';
import type { PlannedTile } from '../tiling/plan.js';
import type { WorkerApi } from '../protocol.js';
import { StageBuffers } from '../tiling/stage-buffers.js';
import { runTile, type StageOutcome, type TileContext } from '../tiling/tile-runner.js';
import type { Step } from './order.js';
import type { Loaded, OpenPhoto } from './photos.js';
import type { Result } from './result.js';
import { Slots } from './slots.js';
import { layersOf } from './stage-layers.js';
import type { TimeLeft } from './time-left.js';

export interface TileWorkHost {
  readonly worker: WorkerApi;
  readonly times: TimeLeft;
  emit(event: ResultEvent): void;
  /** A tile's pixels have changed. */
  changed(tile: number): void;
  isSeen(tile: number): boolean;
}

interface Attempt {
  readonly key: string;
  readonly slot: number;
  readonly forceCpu: boolean;
  /** Stages that are stored and stay as they are. */
  readonly known: number;
}

export class TileWork {
  readonly slots = new Slots();
  private readonly context: TileContext;

  constructor(
    private readonly host: TileWorkHost,
    private readonly photo: OpenPhoto,
    private readonly result: Result,
    private readonly loaded: Loaded,
  ) {
    const { grid, manifest, spec } = result;
    this.context = {
      worker: host.worker,
      ...{ manifest, grid, image: loaded.photo, maps: true, slot: 0 },
      ...{ rois: spec.rois, skip: spec.skip },
      buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight),
    };
  }

  /** `begun` is awaited before the network works on the tile. */
  async step(step: Step, provider: ProviderId, begun: () => Promise<unknown>): Promise<void> {
    const { key, planned } = this.result.tiles[step.tile]!;
    const { recovery } = this.result;
    if (planned === null) return;
    if (recovery.leaveTiles.includes(step.tile)) {
      this.leave(key, planned, CRASHED_ON_IT);
      return;
    }
    await begun();
    const slot = this.slots.take(step.tile, (tile) => this.host.isSeen(tile));
    const outcome = await runGuarded({
      onCpu: provider === 'cpu' || recovery.cpuTiles.includes(step.tile),
      hasWorked: () => this.result.progress().done > 0,
      run: (forceCpu) => {
        // On the CPU in place of another provider the tile begins anew: states do not travel.
        const from = forceCpu && provider !== 'cpu' ? 0 : step.from;
        const known = from < step.from ? 0 : this.result.done(step.tile);
        return this.runStages(planned, { ...step, from }, { key, slot, forceCpu, known });
      },
      retried: (reason, details) => this.host.emit({ type: 'retried', reason, details }),
    });
    if ('reason' in outcome) this.leave(key, planned, outcome.reason);
    if (this.result.finished(step.tile)) this.slots.release(step.tile);
    else this.slots.park(step.tile, slot);
  }

  /** What is stored of a tile, for an editor that may not have heard of it. */
  tell(tile: number): void {
    const stage = this.result.done(tile);
    const entry = this.result.tiles[tile];
    if (entry === undefined || stage === 0 || this.result.isLeft(tile)) return;
    this.changed(tile);
    const { version } = this.result;
    this.host.emit({ type: 'stage', stage, rect: entry.tile.rect, version, ms: 0 });
  }

  private async runStages(
    planned: PlannedTile,
    { from, to }: Step,
    { key, slot, forceCpu, known }: Attempt,
  ): Promise<void> {
    let since = performance.now();
    const keep = (stage: number, outcome: StageOutcome) => {
      // Stage 1 of a tile that had to give way in between is known, unless another device gave it.
      if (stage >= known) this.keep(key, planned, stage, outcome);
      const now = performance.now();
      // Copies are told of at the end, all stages at once.
      const ms = planned.copies > 1 ? outcome.ms : now - since;
      this.host.times.note(stage, ms / planned.copies, outcome.last);
      since = now;
      return Promise.resolve();
    };
    await runTile(
      new AbortController().signal,
      { ...this.context, slot },
      planned,
      forceCpu,
      keep,
      { from, to: Math.max(to, from + 1) },
    );
  }

  private keep(key: string, planned: PlannedTile, stage: number, outcome: StageOutcome): void {
    const { tile } = planned;
    const layers = layersOf(this.result, this.loaded.photo, tile, outcome);
    const { skipped, last } = outcome;
    this.photo.store.put({ key, stage: stage + 1, skipped, last, warning: null }, layers);
    if (stage === 0) this.slots.learn(outcome.heldBytes);
    const { rect } = tile;
    if (skipped !== null) this.host.emit({ type: 'skipped', rect, reason: skipped });
    else {
      this.changed(tile.index);
      const { version } = this.result;
      this.host.emit({ type: 'stage', stage: stage + 1, rect, version, ms: outcome.ms });
    }
  }

  private leave(key: string, { tile }: PlannedTile, why: string): void {
    const warning = leftAsItWas(tile.rect, why);
    this.photo.store.put({ key, stage: 1, skipped: 'failed', last: true, warning }, []);
    this.slots.release(tile.index);
    this.changed(tile.index);
    this.host.emit({ type: 'warning', message: warning });
    this.host.emit({ type: 'skipped', rect: tile.rect, reason: 'failed' });
  }

  private changed(tile: number): void {
    this.result.version++;
    this.host.changed(tile);
  }
}
