/** Changes of tiles that follow from other tiles, kept until one of those changes. */
import { LRUCache } from 'lru-cache';
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps } from '../../../shared/core/geometry.js';
import type { StageChoice } from '../protocol.js';

/** Number of tiles kept: a window of the photo reads its neighbours again and again. */
const KEPT = 12;
/** Unchanged tiles kept in place of one that has changed. */
const UNCHANGED = 64;

interface Place {
  readonly index: number;
  /** In pixels of the photo. */
  readonly rect: Rect;
}

interface Derived {
  readonly rect: Rect;
  /** `null` = the tile is unchanged. */
  readonly change: Int16Array | null;
}

/** Enlarged or faded changes, which are derived when a picture needs them. */
export class DerivedTiles {
  private readonly kept = new LRUCache<string, Derived>({
    maxSize: KEPT * UNCHANGED,
    sizeCalculation: ({ change }) => (change === null ? 1 : UNCHANGED),
  });

  /** Returns the change of a tile after a stage, by `derive` if it is not known. */
  get(
    { index, rect }: Place,
    stage: StageChoice,
    derive: () => Int16Array | null,
  ): Int16Array | null {
    const name = `${index} ${stage}`;
    const known = this.kept.get(name);
    if (known !== undefined) return known.change;
    const change = derive();
    this.kept.set(name, { rect, change });
    return change;
  }

  /** Forgets the tiles in a part of the photo. */
  forget(part: Rect): void {
    for (const [name, { rect }] of [...this.kept.entries()]) {
      if (overlaps(rect, part)) this.kept.delete(name);
    }
  }
}
