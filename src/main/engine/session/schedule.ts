/**
 * Decides which tile the network computes next, and estimates the time for the rest: the viewport
 * first, in it hinted tiles, then smeared ones.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps } from '../../../shared/core/geometry.js';

export interface OrderedTile {
  readonly index: number;
  readonly rect: Rect;
  readonly hint: number;
  readonly smeared: number;
  /** Copies to average. */
  readonly copies: number;
}

/** Returns the next of the unfinished tiles; `null` = everything is finished. */
export function nextTile(tiles: readonly OrderedTile[], view: Rect | null): OrderedTile | null {
  const isSeen = ({ rect }: OrderedTile) => Number(view !== null && overlaps(rect, view));
  const [first = null] = [...tiles].sort(
    (a, b) =>
      isSeen(b) - isSeen(a) || b.hint - a.hint || b.smeared - a.smeared || a.index - b.index,
  );
  return first;
}

/** Estimates a run's remaining time from its finished tiles, overhead included. */
export class TimeLeft {
  private ms = 0;
  private copies = 0;

  /** Adds the time of a finished tile. */
  note({ copies }: OrderedTile, ms: number): void {
    this.ms += ms;
    this.copies += copies;
  }

  /** Returns the seconds for the given tiles; `null` until a tile has finished. */
  seconds(tiles: readonly OrderedTile[]): number | null {
    if (this.copies === 0) return null;
    const left = tiles.reduce((sum, { copies }) => sum + copies, 0);
    return ((this.ms / this.copies) * left) / 1000;
  }
}
