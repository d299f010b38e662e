/** Working on a result: one step of one tile at a time, in the order that the view asks for. */
import type { ResultEvent } from '../../../shared/protocol/events.js';
import { toErrorData } from '../../../shared/core/errors.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import { unwrap } from '../channel.js';
import { loadSpec } from './job-settings.js';
import type { WorkerApi } from '../protocol.js';
import { Turns, type NetworkLock } from '../inference/network-lock.js';
import { nextStep, overlaps, type OrderedTile, type Step } from './order.js';
import type { Loaded, OpenPhoto } from './photos.js';
import type { EventSource } from './protocol.js';
import type { Result } from './result.js';
import { TileWork } from './tile-work.js';
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

/** What is to be worked on. */
export interface RunTask {
  /** Names the run in its events. */
  readonly id: number;
  readonly photo: OpenPhoto;
  readonly result: Result;
  readonly loaded: Loaded;
  readonly view: Rect | null;
  /** A tile whose last stages nobody may have heard of: the engine before died at it. */
  readonly untold: number | null;
}

export class Run {
  /** Resolves when it has ended; never rejects. */
  readonly ended: Promise<void>;
  readonly photo: OpenPhoto;
  private readonly result: Result;
  private readonly turns: Turns;
  private over = false;
  private readonly tiles: TileWork;
  private readonly times = new TimeLeft();
  private readonly began = performance.now();
  /** Tiles that were not finished when it began. */
  private computed = 0;
  private provider: ProviderId | null = null;
  private view: Rect | null;

  constructor(
    private readonly host: RunHost,
    private readonly task: RunTask,
    /** Resolves when the network is done with an earlier run. */
    after: Promise<unknown>,
  ) {
    const { photo, result, loaded, view } = task;
    this.photo = photo;
    this.result = result;
    this.view = view;
    const emit = (event: ResultEvent) => this.emit(event);
    const isSeen = (tile: number) => this.isSeen(tile);
    const changed = (tile: number) => host.changed(tile);
    const tileHost = { worker: host.worker, changed, emit, isSeen, times: this.times };
    this.tiles = new TileWork(tileHost, photo, result, loaded);
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
    this.host.emit({ photo: call.photo, result: this.result.id, run: this.task.id }, event);
  }

  private async go(): Promise<void> {
    try {
      this.result.warnings().forEach((message) => this.emit({ type: 'warning', message }));
      this.tellSkipped();
      if (this.task.untold !== null) this.tiles.tell(this.task.untold);
      this.tellProgress();
      this.computed = this.unfinished().length;
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
    this.tiles.slots.clear();
    // Not waited for: others may have the network for long. Whoever comes next finds it done.
    void this.host.network.hold(() => this.host.worker.forget());
  }

  /** Costs nothing when the sessions are warm. What else was loaded in between took the parked states with it. */
  private async load(): Promise<void> {
    const { spec, recovery, tileSide: tile } = this.result;
    const loaded = unwrap(await this.host.worker.load(await loadSpec(spec, recovery)));
    if (loaded.loadMs > 0) this.tiles.slots.clear();
    if (this.provider === loaded.provider && loaded.loadMs === 0) return;
    this.provider = loaded.provider;
    const { provider, device, warnings } = loaded;
    this.emit({ type: 'loaded', provider, device, tile });
    for (const message of warnings) this.emit({ type: 'warning', message });
  }

  private unfinished(): OrderedTile[] {
    return this.result.tiles.flatMap(({ tile, planned }): OrderedTile[] => {
      if (planned === null || this.result.finished(tile.index)) return [];
      const { hint, smeared, copies } = planned;
      const { index, rect } = tile;
      return [{ index, rect, hint, smeared, copies, done: this.result.done(index) }];
    });
  }

  private next(): Step | null {
    return nextStep({
      tiles: this.unfinished(),
      view: this.view,
      parked: this.tiles.slots.parked,
      limit: this.tiles.slots.limit,
      stages: this.result.stageCount,
    });
  }

  private isSeen(tile: number): boolean {
    const rect = this.result.grid.tiles[tile]?.rect;
    return this.view !== null && rect !== undefined && overlaps(rect, this.view);
  }

  private async step(step: Step): Promise<void> {
    const begun = () => this.host.stepStarted(this.photo.call.photo, step.tile);
    await this.tiles.step(step, this.provider ?? 'cpu', begun);
    this.tellProgress();
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
      computed: this.computed,
      ms: performance.now() - this.began,
    });
  }
}
