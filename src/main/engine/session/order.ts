/**
 * What the network does next. What the user looks at becomes sharp first: stage 1 of every tile in the view, then their
 * later stages, then the rest of the photo tile by tile. Inside each group hinted tiles come first, then smeared ones.
 *
 * A tile that waits between its stages keeps the network's states ("parked"), and memory bounds how many can. When the view
 * has more tiles than that, a parked one is finished for each further one that is begun, so that nothing is computed twice.
 * Parked tiles that went out of the view give way first; their stage 1 is shown, and run again when it is their turn.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import type { StageRange } from '../tiling/tile-runner.js';

export interface OrderedTile {
  readonly index: number;
  readonly rect: Rect;
  readonly hint: number;
  readonly smeared: number;
  /** Stages that are there. */
  readonly done: number;
  /** Several are averaged stage by stage at the end: the tile is never left between stages. */
  readonly copies: number;
}

export interface Step extends StageRange {
  readonly tile: number;
}

export interface Situation {
  /** Unfinished ones. */
  readonly tiles: readonly OrderedTile[];
  readonly view: Rect | null;
  /** Whose states the network keeps, after `done` stages. */
  readonly parked: ReadonlySet<number>;
  /** How many it may keep. */
  readonly limit: number;
  readonly stages: number;
}

/** null: everything is finished. */
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
