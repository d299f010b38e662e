/**
 * A result as it is shown, after one of its stages. Level 0 is composed from the stored residuals when it is asked for; the
 * smaller levels are kept, and brought up to date where tiles have changed and somebody looks.
 */
import { setImmediate } from 'node:timers/promises';
import type { Rect } from '../../../shared/contracts/restore.js';
import {
  emptyLike,
  inEightBits,
  onWhite,
  type RgbPixels,
  type Samples,
} from '../../imaging/index.js';
import { composeWindow } from '../tiling/compose.js';
import { aboveRect, crop, halve } from './levels.js';
import { overlaps } from './order.js';
import type { Loaded } from './photos.js';
import type { Result } from './result.js';

export class Composite {
  /** From level 1 on. */
  private readonly smaller: readonly RgbPixels[];
  private readonly stale = new Set<number>();

  constructor(
    private readonly loaded: Loaded,
    readonly result: Result,
    private readonly stage: number,
  ) {
    this.smaller = loaded.levels.slice(1).map((level) => ({ ...level, data: level.data.slice() }));
    for (const { tile } of result.tiles) if (result.done(tile.index) > 0) this.touch(tile.index);
  }

  /** A tile's pixels have changed. */
  touch(tile: number): void {
    this.stale.add(tile);
  }

  isOf(loaded: Loaded, result: Result): boolean {
    return this.loaded === loaded && this.result === result;
  }

  /** The part `rect` of a level. */
  async read(level: number, rect: Rect): Promise<RgbPixels> {
    const kept = this.smaller[level - 1];
    if (!kept) return this.window(rect);
    const scale = 2 ** level;
    const covered = { x: rect.x * scale, y: rect.y * scale, w: rect.w * scale, h: rect.h * scale };
    for (const tile of this.stale) {
      const area = this.result.grid.tiles[tile]?.rect;
      if (!area || !overlaps(area, covered)) continue;
      this.stale.delete(tile);
      this.update(area);
      await setImmediate();
    }
    return crop(kept, rect);
  }

  private update(area: Rect): void {
    const { width, height } = this.loaded.photo;
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
    const { photo } = this.loaded;
    const data = emptyLike(photo.data, rect.w * rect.h * 3);
    const residuals = this.result.residuals(this.stage);
    composeWindow(photo, data, rect, this.result.grid, residuals, { mask: null, strength: 1 });
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

/** The composites that were looked at last. */
export class CompositeCache {
  /** Most recently used last. */
  private readonly entries = new Map<string, Composite>();

  get(photo: string, loaded: Loaded, result: Result, stage: number): Composite {
    const key = `${photo} ${result.id} ${stage}`;
    const known = this.entries.get(key);
    // Smaller tiles after an out-of-memory, or a photo that was decoded again, make another one.
    const found = known?.isOf(loaded, result) ? known : new Composite(loaded, result, stage);
    this.entries.delete(key);
    this.entries.set(key, found);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= MAX_COMPOSITES) break;
      this.entries.delete(oldest);
    }
    return found;
  }

  /** A tile of a result has changed. */
  touch(result: Result, tile: number): void {
    for (const composite of this.entries.values()) {
      if (composite.result === result) composite.touch(tile);
    }
  }

  /** Lets go of what belongs to a photo. */
  drop(photo: string): void {
    for (const key of this.entries.keys()) {
      if (key.startsWith(`${photo} `)) this.entries.delete(key);
    }
  }
}
