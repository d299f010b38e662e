/** Working on a result: one step of one tile at a time, in the order that the view asks for. */
import { cpus } from 'node:os';
import type { ResultEvent } from '../../../shared/api/calls.js';
import { toErrorData } from '../../../shared/errors.js';
import type { ProviderId } from '../../../shared/providers.js';
import type { Rect } from '../../../shared/restore.js';
import { unwrap } from '../channel.js';
import { CRASHED_ON_IT, leftAsItWas, runGuarded } from '../guarded.js';
import { loadSpec } from '../job-settings.js';
import type { PlannedTile } from '../plan.js';
import type { WorkerApi } from '../protocol.js';
import { StageBuffers } from '../stage-buffers.js';
import { runTile, type StageOutcome, type TileContext } from '../tile-runner.js';
import { Turns, type NetworkLock } from './network-lock.js';
import { nextStep, overlaps, type OrderedTile, type Step } from './order.js';
import type { Loaded, OpenPhoto } from './photos.js';
import type { EventSource } from './protocol.js';
import type { Result } from './result.js';
import { Slots } from './slots.js';
import { layersOf } from './stage-layers.js';
import { TimeLeft } from './time-left.js';

export interface RunHost {
  readonly worker: WorkerApi;
  readonly network: NetworkLock;
  emit(about: EventSource, event: ResultEvent): void;
  /** Awaited before a tile is begun, so that a crash can be attributed to it. */
  stepStarted(photo: string, tile: number): Promise<unknown>;
  /** A tile's pixels have changed. */
  changed(tile: number): void;
  /** The first look, made when it is not there; called while the network is held. */
  preview(): Promise<unknown>;
}

export class Run {
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>;
  private readonly turns: Turns;
  private over = false;
  private readonly slots = new Slots();
  private readonly times = new TimeLeft();
  private readonly began = performance.now();
  private provider: ProviderId | null = null;
  private readonly context: TileContext;

  constructor(
    private readonly host: RunHost,
    readonly id: number,
    readonly photo: OpenPhoto,
    readonly result: Result,
    private readonly loaded: Loaded,
    private view: Rect | null,
    /** Resolves when the network is done with an earlier run. */
    after: Promise<unknown>,
  ) {
    const { grid, manifest, spec } = result;
    this.context = {
      worker: host.worker,
      ...{ manifest, grid, image: loaded.photo, maps: true, slot: 0 },
      ...{ rois: spec.rois, selfEnsemble: spec.selfEnsemble, skip: spec.skip },
      buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight),
    };
    this.turns = new Turns(host.network);
    this.ended = after.then(() => this.go()).finally(() => (this.over = true));
  }

  /** From the next step on. */
  lookAt(view: Rect | null): void {
    this.view = view;
  }

  /** Whether it goes on by itself. */
  get going(): boolean {
    return !this.turns.stopping && !this.over;
  }

  /** After the step at hand, or at once while others have the network. */
  stop(): Promise<void> {
    this.turns.stop();
    return this.ended;
  }

  private emit(event: ResultEvent): void {
    const { call } = this.photo;
    this.host.emit({ photo: call.photo, result: this.result.id, run: this.id }, event);
  }

  private async go(): Promise<void> {
    try {
      this.result.warnings().forEach((message) => this.emit({ type: 'warning', message }));
      this.tellSkipped();
      this.tellProgress();
      if (this.next() !== null) {
        await this.firstLook();
        await this.work();
      }
      if (this.next() !== null) this.emit({ type: 'stopped' });
      else this.tellFinished();
    } catch (error) {
      const { code, message, hint } = toErrorData(error);
      const told = hint === undefined ? { code, message } : { code, message, hint };
      this.emit({ type: 'failed', error: told });
    }
  }

  private async firstLook(): Promise<void> {
    const start = performance.now();
    await this.turns.take(async () => {
      await this.load();
      if (this.turns.stopping) return;
      await this.host.preview();
      this.emit({ type: 'preview', ms: performance.now() - start });
    });
  }

  private async work(): Promise<void> {
    let more: boolean | null = true;
    while (more === true) {
      more = await this.turns.take(async () => {
        await this.load();
        // Decided now: the view may have moved while others had the network.
        const step = this.next();
        if (step !== null) await this.step(step);
        return step !== null;
      });
    }
    this.slots.clear();
    // Not waited for: others may have the network for long. Whoever comes next finds it done.
    void this.host.network.hold(() => this.host.worker.forget());
  }

  /** Costs nothing when the sessions are warm. What else was loaded in between took the parked states with it. */
  private async load(): Promise<void> {
    const { spec, recovery, manifest, grid } = this.result;
    const loaded = unwrap(await this.host.worker.load(loadSpec(spec, recovery, manifest)));
    if (loaded.loadMs > 0) this.slots.clear();
    if (this.provider === loaded.provider && loaded.loadMs === 0) return;
    this.provider = loaded.provider;
    const device = loaded.provider === 'cpu' ? (cpus()[0]?.model.trim() ?? null) : null;
    const tile = Math.max(grid.tileWidth, grid.tileHeight);
    this.emit({ type: 'loaded', provider: loaded.provider, device, tile });
    for (const message of loaded.warnings) this.emit({ type: 'warning', message });
  }

  private unfinished(): OrderedTile[] {
    return this.result.tiles.flatMap(({ tile, planned }): OrderedTile[] => {
      if (planned === null || this.result.finished(tile.index)) return [];
      const { hint, smeared } = planned;
      const { index, rect } = tile;
      return [{ index, rect, hint, smeared, done: this.result.done(index) }];
    });
  }

  private next(): Step | null {
    return nextStep({
      tiles: this.unfinished(),
      view: this.view,
      parked: this.slots.parked,
      limit: this.slots.limit,
      stages: this.result.stageCount,
      // The copies of a self-ensemble are averaged stage by stage: the tile is done in one go.
      whole: this.result.spec.selfEnsemble,
    });
  }

  private isSeen(tile: number): boolean {
    const rect = this.result.grid.tiles[tile]?.rect;
    return this.view !== null && rect !== undefined && overlaps(rect, this.view);
  }

  private async step(step: Step): Promise<void> {
    const entry = this.result.tiles[step.tile]!;
    const planned = entry.planned!;
    const { recovery } = this.result;
    if (recovery.leaveTiles.includes(step.tile)) {
      this.leave(entry.key, planned, CRASHED_ON_IT);
      return;
    }
    await this.host.stepStarted(this.photo.call.photo, step.tile);
    const slot = this.slots.take(step.tile, (tile) => this.isSeen(tile));
    const outcome = await runGuarded({
      onCpu: this.provider === 'cpu' || recovery.cpuTiles.includes(step.tile),
      hasWorked: () => this.result.progress().done > 0,
      run: (forceCpu) => this.runStages(entry.key, planned, step, slot, forceCpu),
      retried: (reason) => this.emit({ type: 'retried', reason }),
    });
    if ('reason' in outcome) this.leave(entry.key, planned, outcome.reason);
    if (this.result.finished(step.tile)) this.slots.release(step.tile);
    else this.slots.park(step.tile, slot);
    this.tellProgress();
  }

  /** On the CPU in place of another provider the tile begins anew: states do not travel. */
  private async runStages(
    key: string,
    planned: PlannedTile,
    step: Step,
    slot: number,
    forceCpu: boolean,
  ): Promise<void> {
    const from = forceCpu && this.provider !== 'cpu' ? 0 : step.from;
    const averaged = this.result.spec.selfEnsemble;
    let since = performance.now();
    const keep = (stage: number, outcome: StageOutcome) => {
      // Stage 1 of a tile that had to give way in between is known, unless another device gave it.
      if (from < step.from || stage >= this.result.done(planned.tile.index)) {
        this.keep(key, planned, stage, outcome);
      }
      const now = performance.now();
      this.times.note(stage, now - since, outcome.last);
      since = now;
      return Promise.resolve();
    };
    const wait = () => Promise.resolve();
    const { stages } = await runTile(
      new AbortController().signal,
      { ...this.context, slot },
      planned,
      forceCpu,
      averaged ? wait : keep,
      { from, to: Math.max(step.to, from + 1) },
    );
    if (averaged) for (const [stage, outcome] of stages.entries()) await keep(stage, outcome);
  }

  private keep(key: string, planned: PlannedTile, stage: number, outcome: StageOutcome): void {
    const { tile } = planned;
    const layers = layersOf(this.result, this.loaded.photo, tile, outcome);
    const { skipped, last } = outcome;
    this.photo.store.put({ key, stage: stage + 1, skipped, last, warning: null }, layers);
    if (stage === 0) this.slots.learn(outcome.heldBytes);
    const { rect } = tile;
    if (skipped !== null) this.emit({ type: 'skipped', rect, reason: skipped });
    else {
      this.changed(tile.index);
      const { version } = this.result;
      this.emit({ type: 'stage', stage: stage + 1, rect, version, ms: outcome.ms });
    }
  }

  private leave(key: string, { tile }: PlannedTile, why: string): void {
    const warning = leftAsItWas(tile.rect, why);
    this.photo.store.put({ key, stage: 1, skipped: 'failed', last: true, warning }, []);
    this.slots.release(tile.index);
    this.changed(tile.index);
    this.emit({ type: 'warning', message: warning });
    this.emit({ type: 'skipped', rect: tile.rect, reason: 'failed' });
  }

  private changed(tile: number): void {
    this.result.version++;
    this.host.changed(tile);
  }

  private tellSkipped(): void {
    for (const { tile, skipped } of this.result.tiles) {
      if (skipped !== null) this.emit({ type: 'skipped', rect: tile.rect, reason: skipped });
    }
  }

  private tellProgress(): void {
    const secondsLeft = this.times.seconds(this.unfinished(), this.result.stageCount);
    this.emit({ type: 'progress', ...this.result.progress(), secondsLeft });
  }

  private tellFinished(): void {
    this.emit({
      type: 'finished',
      version: this.result.version,
      blurredShare: this.result.blurredShare(),
      ms: performance.now() - this.began,
    });
  }
}
