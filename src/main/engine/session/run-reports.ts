/** Reports the progress of a run: stages, tiles that stay as they are, shares that are done. */
import type { SessionEvent } from '../protocol.js';
import type { OctaveTile } from './octave.js';
import { stageShares } from './report.js';
import type { Restoration, Selection } from './restoration.js';

/** Turns the work of a run into its events. */
export class RunReports {
  /** Stages of small octaves: they are emitted together, since each redraws the whole photo. */
  private held: SessionEvent[] = [];
  /** Indices of the tiles that were reported as skipped. */
  private readonly announced = new Set<number>();

  constructor(
    private readonly restoration: Restoration,
    private readonly selection: Selection,
    private readonly report: (event: SessionEvent) => void,
  ) {}

  /** Emits an event of a tile; the stages of small octaves wait for `release`. */
  emit(event: SessionEvent): void {
    const waits = event.type === 'stage' && this.isSmall(this.restoration.tiles[event.tile]!);
    if (waits) this.held.push(event);
    else this.report(event);
  }

  /** Returns whether a tile is of an octave that is computed for the whole photo first. */
  isSmall({ octave }: OctaveTile): boolean {
    return octave.number >= this.restoration.wholeFrom;
  }

  /** Emits the stages that wait, unless the next tile is of a small octave too. */
  releaseBefore(next: OctaveTile | undefined): void {
    if (next === undefined || !this.isSmall(next)) this.release();
  }

  /** Emits the stages that wait. */
  release(): void {
    for (const event of this.held) this.report(event);
    this.held = [];
  }

  /** Emits the tiles of the full size that stay as they are, once each. */
  skipped(): void {
    const { restoration, selection } = this;
    for (const tile of restoration.full.tiles) {
      const { index, rect } = tile;
      if (this.announced.has(index)) continue;
      const outside = selection !== null && !selection.has(index);
      if (!outside && restoration.need(tile) !== 'sharp') continue;
      this.announced.add(index);
      this.report({
        type: 'skipped',
        tile: index,
        rect,
        reason: outside ? 'outside-mask' : 'sharp',
      });
    }
  }

  /** Emits what is done; `secondsLeft`: `null` = unknown. */
  progress(secondsLeft: number | null): void {
    const { restoration, selection } = this;
    const stages = stageShares(restoration, selection);
    this.report({ type: 'progress', ...restoration.progress(selection), stages, secondsLeft });
  }
}
