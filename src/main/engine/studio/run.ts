/** Working on a result: one step of one tile at a time, in the order that the view asks for. */
import { cpus } from 'node:os';
import type { ResultEvent } from '../../../shared/api/calls.js';
import { toErrorData } from '../../../shared/errors.js';
import type { ProviderId } from '../../../shared/providers.js';
import type { Rect } from '../../../shared/restore.js';
import { unwrap } from '../channel.js';
import { CRASHED_ON_IT, leftAsItWas, runGuarded } from '../guarded.js';
import type { Layer } from '../journal.js';
import { loadSpec } from '../job-settings.js';
import { quantiseResidual } from '../pixels.js';
import type { PlannedTile } from '../plan.js';
import type { WorkerApi } from '../protocol.js';
import { StageBuffers } from '../stage-buffers.js';
import { runTile, type StageOutcome, type TileContext } from '../tile-runner.js';
import type { NetworkLock } from './network-lock.js';
import { nextStep, overlaps, type OrderedTile, type Step } from './order.js';
import type { Loaded, OpenPhoto } from './photos.js';
import type { EventSource } from './protocol.js';
import type { Result } from './result.js';
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

/** Bytes of states that the network may keep for tiles between their stages. */
const PARKED_BYTES = 256 * 2 ** 20;
const MAX_PARKED = 16;
/** Slot 0 is the one-shot job's and the preview's. */
const FIRST_SLOT = 1;

export class Run {
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>;
  private stopping = false;
  /** Whether this run has the network. */
  private working = false;
  private endWaiting: () => void = () => undefined;
  private readonly waitingEnds = new Promise<void>((resolve) => (this.endWaiting = resolve));
  private over = false;
  /** Tiles between their stages, and the slot of each. */
  private readonly parked = new Map<number, number>();
  /** Known once a stage has said what it needs. */
  private slots = 1;
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
      ...{ manifest, grid, image: loaded.photo, maps: true, slot: FIRST_SLOT },
      ...{ rois: spec.rois, selfEnsemble: spec.selfEnsemble, skip: spec.skip },
      buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight),
    };
    this.ended = after.then(() => this.go()).finally(() => (this.over = true));
  }

  /** From the next step on. */
  lookAt(view: Rect | null): void {
    this.view = view;
  }

  /** Whether it goes on by itself. */
  get going(): boolean {
    return !this.stopping && !this.over;
  }

  /** After the step at hand, or at once while others have the network. */
  stop(): Promise<void> {
    this.stopping = true;
    this.endWaiting();
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
    await this.withNetwork(async () => {
      await this.load();
      if (this.stopping) return;
      await this.host.preview();
      this.emit({ type: 'preview', ms: performance.now() - start });
    });
  }

  private async work(): Promise<void> {
    let more: boolean | null = true;
    while (more === true) {
      more = await this.withNetwork(async () => {
        await this.load();
        // Decided now: the view may have moved while others had the network.
        const step = this.next();
        if (step !== null) await this.step(step);
        return step !== null;
      });
    }
    this.parked.clear();
    // Not waited for: others may have the network for long. Whoever comes next finds it done.
    void this.host.network.hold(() => this.host.worker.forget());
  }

  /** null: stopped before its turn came. */
  private async withNetwork<T>(work: () => Promise<T>): Promise<T | null> {
    const turn = this.host.network.hold(async () => {
      if (this.stopping) return null;
      this.working = true;
      return work().finally(() => (this.working = false));
    });
    await Promise.race([turn, this.waitingEnds]);
    return this.stopping && !this.working ? null : turn;
  }

  /** Costs nothing when the sessions are warm. What else was loaded in between took the parked states with it. */
  private async load(): Promise<void> {
    const { spec, recovery, manifest, grid } = this.result;
    const loaded = unwrap(await this.host.worker.load(loadSpec(spec, recovery, manifest)));
    if (loaded.loadMs > 0) this.parked.clear();
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
      parked: new Set(this.parked.keys()),
      limit: this.slots,
      stages: this.result.stageCount,
      // The copies of a self-ensemble are averaged stage by stage: the tile is done in one go.
      whole: this.result.spec.selfEnsemble,
    });
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
    const slot = this.slotFor(step.tile);
    const outcome = await runGuarded({
      onCpu: this.provider === 'cpu' || recovery.cpuTiles.includes(step.tile),
      hasWorked: () => this.result.progress().done > 0,
      run: (forceCpu) => this.runStages(entry.key, planned, step, slot, forceCpu),
      retried: (reason) => this.emit({ type: 'retried', reason }),
    });
    if ('reason' in outcome) this.leave(entry.key, planned, outcome.reason);
    if (this.result.finished(step.tile)) this.parked.delete(step.tile);
    else this.parked.set(step.tile, slot);
    this.tellProgress();
  }

  /** The tile's own, a free one, or that of the tile that gives way. */
  private slotFor(tile: number): number {
    const own = this.parked.get(tile);
    if (own !== undefined) return own;
    const taken = new Set(this.parked.values());
    for (let slot = FIRST_SLOT; slot < FIRST_SLOT + this.slots; slot++) {
      if (!taken.has(slot)) return slot;
    }
    const view = this.view;
    const inView = (index: number) => {
      const rect = this.result.grid.tiles[index]?.rect;
      return view !== null && rect !== undefined && overlaps(rect, view);
    };
    const entries = [...this.parked];
    const [loser, slot] = entries.find(([index]) => !inView(index)) ?? entries[0]!;
    this.parked.delete(loser);
    return slot;
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
    const { rect } = tile;
    const { grid, manifest } = this.result;
    const image = this.loaded.photo;
    const layers: Layer[] = Object.entries(outcome.maps).map(([name, map]) => {
      const shape = [map.channels, map.height, map.width];
      return { name, type: 'float32', shape, data: map.data };
    });
    if (outcome.skipped === null) {
      const data = quantiseResidual(outcome.restored, image, grid, tile, manifest.image);
      layers.unshift({ name: 'residual', type: 'int16', shape: [rect.h, rect.w, 3], data });
    }
    const { skipped, last } = outcome;
    this.photo.store.put({ key, stage: stage + 1, skipped, last, warning: null }, layers);
    if (stage === 0) {
      const fit = Math.floor(PARKED_BYTES / Math.max(1, outcome.heldBytes));
      this.slots = Math.min(MAX_PARKED, Math.max(1, fit));
    }
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
    this.parked.delete(tile.index);
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
