/**
 * A restoration as it is displayed, after one of its stages. Level 0 is composed from the stored
 * residuals on request; smaller levels are kept, and updated where tiles have changed when they are
 * read.
 */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps } from '../../../shared/core/geometry.js';
import {
  aboveRect,
  crop,
  emptyLike,
  halve,
  inEightBits,
  onWhite,
  type DecodedPhoto,
  type RgbPixels,
  type Samples,
} from '../../imaging/index.js';
import type { StageChoice } from '../protocol.js';
import { compose } from '../tiling/compose.js';
import type { Restoration } from './restoration.js';

export class Composite {
  /** Levels from 1 on. */
  private readonly smaller: readonly RgbPixels[];
  private readonly stale = new Set<number>();

  /** `levels`: the photo's own pyramid. */
  constructor(
    private readonly photo: DecodedPhoto,
    levels: readonly RgbPixels[],
    readonly restoration: Restoration,
    private readonly stage: StageChoice,
  ) {
    this.smaller = levels.slice(1).map((level) => ({ ...level, data: level.data.slice() }));
    for (const { tile } of restoration.tiles) {
      if (restoration.done(tile.index) > 0) this.invalidate(tile.index);
    }
  }

  /** Marks a tile whose pixels have changed. */
  invalidate(tile: number): void {
    this.stale.add(tile);
  }

  isOf(photo: DecodedPhoto, restoration: Restoration): boolean {
    return this.photo === photo && this.restoration === restoration;
  }

  /** Returns the part `rect` of a level, in that level's pixels. */
  async read(level: number, rect: Rect): Promise<RgbPixels> {
    const kept = this.smaller[level - 1];
    if (!kept) return this.window(rect);
    const scale = 2 ** level;
    const covered = { x: rect.x * scale, y: rect.y * scale, w: rect.w * scale, h: rect.h * scale };
    for (const tile of this.stale) {
      const area = this.restoration.grid.tiles[tile]?.rect;
      if (!area || !overlaps(area, covered)) continue;
      this.stale.delete(tile);
      this.update(area);
      await setImmediate();
    }
    return crop(kept, rect);
  }

  private update(area: Rect): void {
    const { width, height } = this.photo;
    const x = area.x & ~1;
    const y = area.y & ~1;
    const window = {
      x,
      y,
      w: Math.min(width, (area.x + area.w + 1) & ~1) - x,
      h: Math.min(height, (area.y + area.h + 1) & ~1) - y,
    };
    let rect = aboveRect(window);
    let below: RgbPixels = this.window(window);
    this.smaller.forEach((level, i) => {
      if (i > 0) rect = aboveRect(rect);
      halve(below, level, rect, i === 0 ? window : undefined);
      below = level;
    });
  }

  private window(rect: Rect): RgbPixels {
    const { photo, restoration, stage } = this;
    const data = emptyLike(photo.data, rect.w * rect.h * 3);
    const options = { mask: null, strength: 1, window: rect };
    compose(photo, data, restoration.grid, restoration.residuals(stage), options);
    const eight = inEightBits(data);
    const alpha = photo.alpha === null ? null : inEightBits(cut(photo.alpha, photo.width, rect));
    return { width: rect.w, height: rect.h, data: alpha === null ? eight : onWhite(eight, alpha) };
  }
}

function cut(alpha: Samples, width: number, rect: Rect): Samples {
  const out = emptyLike(alpha, rect.w * rect.h);
  for (let row = 0; row < rect.h; row++) {
    const from = (rect.y + row) * width + rect.x;
    out.set(alpha.subarray(from, from + rect.w), row * rect.w);
  }
  return out;
}

/** Composites whose smaller levels are kept: 50 MB each at 50 megapixels. */
const MAX_COMPOSITES = 3;

/** The most recently displayed composites. */
export class CompositeCache {
  private readonly entries = new LRUCache<string, Composite>({ max: MAX_COMPOSITES });

  /** `session` names the photo; `levels` is its pyramid. */
  get(
    session: string,
    photo: DecodedPhoto,
    levels: readonly RgbPixels[],
    restoration: Restoration,
    stage: StageChoice,
  ): Composite {
    const key = `${session} ${restoration.id} ${stage}`;
    const known = this.entries.get(key);
    // Smaller tiles after an out-of-memory, or a photo decoded again, need another one.
    if (known?.isOf(photo, restoration) === true) return known;
    const made = new Composite(photo, levels, restoration, stage);
    this.entries.set(key, made);
    return made;
  }

  /** Marks a tile of a restoration whose pixels have changed. */
  invalidate(restoration: Restoration, tile: number): void {
    for (const composite of this.entries.values()) {
      if (composite.restoration === restoration) composite.invalidate(tile);
    }
  }

  /** Drops the composites of a session. */
  drop(session: string): void {
    for (const key of [...this.entries.keys()]) {
      if (key.startsWith(`${session} `)) this.entries.delete(key);
    }
  }
}
