/** Computes a restoration: one tile at a time, in the order that the viewport asks for. */
import type { ProviderId } from '../../../shared/contracts/providers.js';
import type { BlurSummary, Rect } from '../../../shared/contracts/restore.js';
import { toErrorData, withoutCause } from '../../../shared/core/errors.js';
import { blurSummary, focusWarning, longBlurWarning, readBlur } from '../../blur/blur-summary.js';
import type { RgbImage } from '../../imaging/index.js';
import type { LoadSpec, WorkerApi } from '../inference/protocol.js';
import { loadSpec, Turns, type NetworkLock } from '../network/network-lock.js';
import type { Keep, SessionEvent } from '../protocol.js';
import type { Restoration, Selection } from './restoration.js';
import type { OctaveTile } from './octave.js';
import { blurredShare, reportOf, warningsOf } from './report.js';
import { RunReports } from './run-reports.js';
import { nextTile, TimeLeft, type OrderedTile } from './schedule.js';
import type { TileStore } from './tile-store.js';
import { TileWork } from './tile-work.js';

export interface RunTask {
  readonly session: string;
  readonly restoration: Restoration;
  /** Tiles inside the mask. */
  readonly selection: Selection;
  /** Octaves of the photo, the full size first. */
  readonly images: readonly RgbImage[];
  readonly store: TileStore;
  readonly keep: Keep;
  readonly view: Rect | null;
  /** Tile whose last stages may not have been reported: an earlier engine died at it. */
  readonly unreported: number | null;
}

export interface RunHost {
  readonly worker: WorkerApi;
  readonly network: NetworkLock;
  emit(event: SessionEvent): void;
  /** Awaited before a tile, so that a crash can be attributed to it. */
  stepStarted(tile: number): Promise<unknown>;
  /** Called when a tile's pixels have changed. */
  changed(tile: OctaveTile): void;
}

export class Run {
  /** Resolves when the run has ended; never rejects. */
  readonly ended: Promise<void>;
  private readonly turns: Turns;
  private readonly tiles: TileWork;
  private readonly times = new TimeLeft();
  private readonly began = performance.now();
  private readonly reports: RunReports;
  /** Tiles that were unfinished when the run began. */
  private computed = 0;
  private provider: ProviderId | null = null;
  private spec: LoadSpec | null = null;
  private view: Rect | null;

  constructor(
    private readonly host: RunHost,
    private readonly task: RunTask,
    /** Resolves when the network is done with an earlier run. */
    after: Promise<unknown>,
  ) {
    const { restoration, images, store, keep } = task;
    this.view = task.view;
    this.reports = new RunReports(restoration, task.selection, (event) => host.emit(event));
    this.tiles = new TileWork({
      ...{ worker: host.worker, store, keep, restoration, images },
      emit: (event) => this.reports.emit(event),
      changed: (tile) => host.changed(tile),
      hasWorked: () => restoration.progress(task.selection).done > 0,
    });
    this.turns = new Turns(host.network);
    this.ended = after.then(() => this.run());
  }

  get session(): string {
    return this.task.session;
  }

  /** Applies from the next tile on. */
  setViewport(view: Rect): void {
    this.view = view;
  }

  /** Stops after the current tile, or at once while others hold the network. */
  stop(): Promise<void> {
    this.turns.stop();
    return this.ended;
  }

  private async run(): Promise<void> {
    const { host } = this;
    const { restoration, selection, unreported } = this.task;
    try {
      for (const warning of warningsOf(restoration)) host.emit({ type: 'warning', warning });
      this.reports.skipped();
      if (unreported !== null) this.announceLost(unreported);
      this.computed = this.unfinished().length;
      this.reports.progress(this.secondsLeft());
      await this.estimateBlur();
      // Loads the network even if no tile needs it: the report names the provider.
      await this.turns.take(() => this.load());
      // A stop may come between two small octaves.
      if (this.next() !== null) await this.work().finally(() => this.reports.release());
      if (this.next() !== null) {
        host.emit({ type: 'stopped' });
        return;
      }
      const blur = this.readBlur();
      host.emit({
        type: 'finished',
        version: restoration.version,
        blurredShare: blurredShare(restoration, selection),
        computed: this.computed,
        ms: performance.now() - this.began,
        report: { provider: this.provider ?? 'cpu', ...reportOf(restoration, selection), blur },
      });
    } catch (error) {
      host.emit({ type: 'failed', error: withoutCause(toErrorData(error)) });
    }
  }

  /** Runs the coarse octaves of the guide, unless they are stored. */
  private async estimateBlur(): Promise<void> {
    const { restoration, images, store } = this.task;
    const { guide } = restoration;
    if (guide === null || guide.readBlur()) return;
    const { worker, network } = this.host;
    const silent = { emit: () => undefined, changed: () => undefined, hasWorked: () => false };
    const keep = { stages: false, maps: false };
    const work = new TileWork({ worker, store, keep, restoration: guide, images, ...silent });
    const spec = await loadSpec(guide.settings, guide.recovery);
    for (const tile of guide.coarseTiles) {
      await this.turns.take(async () => {
        const { provider } = await network.load(spec);
        const begin = () => Promise.resolve();
        if (!guide.isComputed(tile)) await work.compute(tile, provider, { begin });
      });
    }
  }

  /** Sums up the blur, and warns of parts that stay soft; `null` if the plug-in estimates none. */
  private readBlur(): BlurSummary | null {
    const { restoration } = this.task;
    const field = restoration.wholeBlur();
    if (field === null) return null;
    const reading = readBlur(field, restoration.full.size);
    const { workAt, skip } = restoration.settings;
    const warnings = [longBlurWarning(reading, workAt), skip ? focusWarning(reading) : null];
    for (const warning of warnings) if (warning) this.host.emit({ type: 'warning', warning });
    return blurSummary(reading);
  }

  private async work(): Promise<void> {
    const { network, worker } = this.host;
    let more: boolean | null = true;
    while (more === true) {
      more = await this.turns.take(async () => {
        await this.load();
        // Decided now: the viewport may have moved while others held the network.
        const tile = this.next();
        if (tile !== null) await this.compute(tile);
        return tile !== null;
      });
    }
    // Not awaited: others may hold the network for long. The next run finds it done.
    void network.hold(() => worker.forget());
  }

  /** Costs nothing unless another network was loaded. */
  private async load(): Promise<void> {
    const { settings, recovery, tileSide: tile } = this.task.restoration;
    const start = performance.now();
    this.spec ??= await loadSpec(settings, recovery);
    const loaded = await this.host.network.load(this.spec);
    if (this.provider === loaded.provider && loaded.loadMs === 0) return;
    this.provider = loaded.provider;
    const { provider, device, warnings } = loaded;
    // The worker's own start belongs to loading, not to the photo.
    const loadMs = loaded.loadMs === 0 ? 0 : performance.now() - start;
    this.host.emit({ type: 'loaded', provider, device, tile, loadMs });
    for (const warning of warnings) this.host.emit({ type: 'warning', warning });
  }

  private unfinished(): OrderedTile[] {
    const { restoration, selection } = this.task;
    return restoration.selected(selection).flatMap((tile): OrderedTile[] => {
      if (restoration.isResolved(tile)) return [];
      const { index, rect, hint, copies, octave } = tile;
      return [{ index, rect, hint, copies, level: octave.number }];
    });
  }

  /** Returns the most urgent tile; `without`: a tile that is in the works. */
  private next(without?: OctaveTile): OrderedTile | null {
    const { restoration } = this.task;
    return nextTile({
      tiles: this.unfinished().filter(({ index }) => index !== without?.index),
      view: this.view,
      wholeFrom: restoration.wholeFrom,
      smeared: ({ index }) => restoration.smeared(restoration.tiles[index]!),
      dependencies: ({ index }) =>
        restoration.dependencies(restoration.tiles[index]!).map((tile) => tile.index),
    });
  }

  private async compute(next: OrderedTile): Promise<void> {
    const start = performance.now();
    const tile = this.task.restoration.tiles[next.index]!;
    await this.tiles.compute(tile, this.provider ?? 'cpu', {
      begin: () => this.host.stepStarted(tile.index),
      meanwhile: () => this.prepareAfter(tile),
    });
    this.times.note(next, performance.now() - start);
    const following = this.turns.stopping ? undefined : this.next()?.index;
    this.reports.releaseBefore(this.task.restoration.tiles[following ?? -1]);
    this.reports.skipped();
    this.reports.progress(this.secondsLeft());
  }

  private secondsLeft(): number | null {
    return this.times.seconds(this.unfinished());
  }

  /** Prepares the tile after `current`, unless it depends on it. */
  private prepareAfter(current: OctaveTile): void {
    const { restoration } = this.task;
    const next = restoration.tiles[this.next(current)?.index ?? -1];
    const isReady = next !== undefined && restoration.need(next) === 'compute';
    if (isReady && !this.turns.stopping) this.tiles.prepare(next);
  }

  /** Emits stored stages of which an earlier engine may not have told before it died. */
  private announceLost(unreported: number): void {
    for (const tile of this.task.restoration.tiles) {
      if (tile.index === unreported || this.reports.isSmall(tile)) this.tiles.announce(tile);
    }
    this.reports.release();
  }
}
