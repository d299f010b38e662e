/**
 * Decides what the network computes next. The viewport becomes sharp first: stage 1 of each of its
 * tiles, then their later stages, then the rest of the photo tile by tile. In each group hinted
 * tiles come first, then smeared ones.
 *
 * A tile that waits between its stages is parked: the network keeps its states, and memory bounds
 * how many. When the viewport has more tiles than that, one parked tile is finished for each
 * further one that is begun. Parked tiles that left the viewport give way first; their stage 1 runs
 * again later.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import type { StageRange } from '../tiling/tile-runner.js';

export interface OrderedTile {
  readonly index: number;
  readonly rect: Rect;
  readonly hint: number;
  readonly smeared: number;
  /** Number of stored stages. */
  readonly done: number;
  /** Copies to average; several are averaged at the end, so the tile is never parked. */
  readonly copies: number;
}

export interface Step extends StageRange {
  readonly tile: number;
}

export interface Situation {
  /** Unfinished tiles. */
  readonly tiles: readonly OrderedTile[];
  readonly view: Rect | null;
  /** Tiles whose states the network keeps, after `done` stages. */
  readonly parked: ReadonlySet<number>;
  /** Largest number of parked tiles. */
  readonly limit: number;
  readonly stages: number;
}

/** Returns the next step; `null` = everything is finished. */
export function nextStep(situation: Situation): Step | null {
  const { tiles, view, parked, limit, stages } = situation;
  const ranked = [...tiles].sort(
    (a, b) => b.hint - a.hint || b.smeared - a.smeared || a.index - b.index,
  );
  const seen = ranked.filter(({ rect }) => view !== null && overlaps(rect, view));
  const fresh = seen.find(({ done }) => done === 0);
  const waiting = seen.filter(({ index }) => parked.has(index));
  if (fresh && fresh.copies > 1) return { tile: fresh.index, from: 0, to: stages };
  if (fresh && stages > 1 && waiting.length < limit) return { tile: fresh.index, from: 0, to: 1 };
  const elsewhere = ranked.filter(({ index }) => parked.has(index));
  const next = waiting[0] ?? seen[0] ?? elsewhere[0] ?? ranked[0];
  if (!next) return null;
  return { tile: next.index, from: parked.has(next.index) ? next.done : 0, to: stages };
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/** Largest number of bytes of parked states. */
const PARKED_BYTES = 256 * 2 ** 20;
const MAX_PARKED = 16;
/** Slot 0 belongs to the preview. */
const FIRST_SLOT = 1;

/** Assigns the network's slots to tiles that wait between their stages. */
export class Slots {
  /** Largest number of parked tiles; 1 until a stage has reported its size. */
  limit = 1;
  private readonly taken = new Map<number, number>();

  get parked(): ReadonlySet<number> {
    return new Set(this.taken.keys());
  }

  /** Sets the limit from the bytes that one tile keeps after its first stage. */
  learn(bytes: number): void {
    const fit = Math.floor(PARKED_BYTES / Math.max(1, bytes));
    this.limit = Math.min(MAX_PARKED, Math.max(1, fit));
  }

  /** Returns the tile's own slot, a free one, or an evicted tile's: preferably an invisible one. */
  take(tile: number, isVisible: (tile: number) => boolean): number {
    const own = this.taken.get(tile);
    if (own !== undefined) return own;
    const used = new Set(this.taken.values());
    for (let slot = FIRST_SLOT; slot < FIRST_SLOT + this.limit; slot++) {
      if (!used.has(slot)) return slot;
    }
    const entries = [...this.taken];
    const [loser, slot] = entries.find(([index]) => !isVisible(index)) ?? entries[0]!;
    this.taken.delete(loser);
    return slot;
  }

  park(tile: number, slot: number): void {
    this.taken.set(tile, slot);
  }

  release(tile: number): void {
    this.taken.delete(tile);
  }

  /** Forgets all parked tiles, after the network has dropped their states. */
  clear(): void {
    this.taken.clear();
  }
}
