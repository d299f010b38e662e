/**
 * Decides which tile the network computes next, and estimates the time for the rest. Small octaves
 * come first, since they improve the whole photo at once. Then the viewport becomes sharp: in it
 * hinted tiles, then smeared ones, each after the coarser tiles that it depends on.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps } from '../../../shared/core/geometry.js';

export interface OrderedTile {
  readonly index: number;
  /** Octave of the tile, 0 = the full size. */
  readonly level: number;
  readonly rect: Rect;
  readonly hint: number;
  /** Copies to average. */
  readonly copies: number;
}

export interface Situation {
  /** Tiles of the selection for which something is left to compute. */
  readonly tiles: readonly OrderedTile[];
  readonly view: Rect | null;
  /** From this octave on, tiles of the whole photo come first. */
  readonly wholeFrom: number;
  /** Returns the share of a tile that looks smeared, which takes milliseconds. */
  smeared(tile: OrderedTile): number;
  /** Returns the indices of the coarser tiles that must be resolved before a tile. */
  dependencies(tile: OrderedTile): readonly number[];
}

/** Returns the next tile; `null` = everything is finished. */
export function nextTile(situation: Situation): OrderedTile | null {
  const { tiles } = situation;
  const [one, ...others] = tiles;
  if (one === undefined) return null;
  const first = others.reduce((best, tile) => {
    return isBefore(tile, best, situation) ? tile : best;
  }, one);
  const left = new Map(tiles.map((tile) => [tile.index, tile]));
  return coarsestOf(first, left, situation);
}

function isBefore(a: OrderedTile, b: OrderedTile, situation: Situation): boolean {
  const { view, wholeFrom } = situation;
  const isWhole = ({ level }: OrderedTile) => Number(level >= wholeFrom);
  const isSeen = ({ rect }: OrderedTile) => Number(view !== null && overlaps(rect, view));
  const order =
    isWhole(b) - isWhole(a) ||
    (isWhole(a) === 1 ? b.level - a.level || a.index - b.index : a.level - b.level) ||
    isSeen(b) - isSeen(a) ||
    b.hint - a.hint ||
    situation.smeared(b) - situation.smeared(a) ||
    a.index - b.index;
  return order < 0;
}

/** Returns the coarsest tile left on which `tile` depends, or itself. */
function coarsestOf(
  tile: OrderedTile,
  left: ReadonlyMap<number, OrderedTile>,
  situation: Situation,
): OrderedTile {
  const waiting = situation.dependencies(tile).find((index) => left.has(index));
  return waiting === undefined ? tile : coarsestOf(left.get(waiting)!, left, situation);
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
