/**
 * A restoration as it is displayed, after one of its stages. Level 0 is composed from the stored
 * residuals on request; smaller levels are kept, and updated where tiles have changed when they are
 * read. A level is composed at its own octave where no finer one has been computed.
 */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps } from '../../../shared/core/geometry.js';
import {
  crop,
  emptyLike,
  halveWindow,
  inEightBits,
  onWhite,
  paste,
  type DecodedPhoto,
  type RgbPixels,
  type Samples,
} from '../../imaging/index.js';
import { fadeReach } from '../../blur/fade.js';
import { compose } from '../../tiling/compose.js';
import type { StageChoice } from '../protocol.js';
import type { OctaveTile } from './octave.js';
import type { Restoration } from './restoration.js';

/** Side in pixels of the photo's blocks that are updated at once; even at every level. */
const BLOCK = 1024;

class Composite {
  /** Levels from 1 on, and the blocks of each that do not show the latest tiles yet. */
  private readonly smaller: readonly { readonly pixels: RgbPixels; readonly stale: Set<number> }[];
  private readonly blocks: readonly Rect[];

  /** `levels`: the photo's own pyramid. */
  constructor(
    private readonly photo: DecodedPhoto,
    private readonly levels: readonly RgbPixels[],
    readonly restoration: Restoration,
    private readonly stage: StageChoice,
  ) {
    this.smaller = levels.slice(1).map((level) => ({
      pixels: { ...level, data: level.data.slice() },
      stale: new Set<number>(),
    }));
    this.blocks = blocksOf(photo);
    for (const tile of restoration.tiles) {
      if (restoration.done(tile) > 0) this.invalidate(tile);
    }
  }

  /** Marks a tile whose pixels have changed, and with them the fading of those around it. */
  invalidate({ rect }: OctaveTile): void {
    const reached = fadeReach(rect);
    this.blocks.forEach((block, i) => {
      if (overlaps(block, reached)) this.smaller.forEach(({ stale }) => stale.add(i));
    });
  }

  isOf(photo: DecodedPhoto, restoration: Restoration): boolean {
    return this.photo === photo && this.restoration === restoration;
  }

  /** Returns the part `rect` of a level, in that level's pixels. */
  async read(level: number, rect: Rect): Promise<RgbPixels> {
    const kept = this.smaller[level - 1];
    if (!kept) return this.compose(0, rect);
    const covered = scaled(rect, level);
    for (const i of kept.stale) {
      const block = this.blocks[i]!;
      if (!overlaps(block, covered)) continue;
      kept.stale.delete(i);
      paste(this.window(level, block), kept.pixels, levelRect(block, level));
      await setImmediate();
    }
    return crop(kept.pixels, rect);
  }

  /** Returns a level over `rect` (photo pixels), from the finest octave that was computed there. */
  private window(level: number, rect: Rect): RgbPixels {
    const octave = this.photo.alpha === null ? this.octaveFor(level, rect) : 0;
    const wanted = levelRect(rect, level);
    let pixels = this.compose(
      octave,
      clipped(scaled(wanted, level - octave), this.levels[octave]!),
    );
    for (let at = octave; at < level; at++) pixels = halveWindow(pixels);
    return pixels;
  }

  private octaveFor(level: number, rect: Rect): number {
    const { tiles } = this.restoration;
    const computed = tiles.filter(
      (tile) => this.restoration.done(tile) > 0 && overlaps(tile.rect, rect),
    );
    const finest = Math.min(level, ...computed.map(({ octave }) => octave.number));
    return Math.min(finest, this.restoration.octaves.length - 1);
  }

  /** Returns a part of an octave in 8 bit, transparent pixels on white. */
  private compose(octave: number, rect: Rect): RgbPixels {
    const { photo, restoration, stage } = this;
    const source = octave === 0 ? photo : this.levels[octave]!;
    const { grid } = restoration.octaves[octave]!;
    const data = emptyLike<Samples>(source.data, rect.w * rect.h * 3);
    const options = { mask: null, strength: 1, window: rect };
    compose(source, data, grid, restoration.residuals(stage, octave), options);
    const eight = { width: rect.w, height: rect.h, data: inEightBits(data) };
    if (octave > 0 || photo.alpha === null) return eight;
    const alpha = inEightBits(cut(photo.alpha, photo.width, rect));
    return { ...eight, data: onWhite(eight.data, alpha) };
  }
}

function blocksOf({ width, height }: DecodedPhoto): Rect[] {
  const blocks: Rect[] = [];
  for (let y = 0; y < height; y += BLOCK) {
    for (let x = 0; x < width; x += BLOCK) {
      blocks.push({ x, y, w: Math.min(BLOCK, width - x), h: Math.min(BLOCK, height - y) });
    }
  }
  return blocks;
}

/** Returns the pixels of a level that depend on `rect` (photo pixels). */
function levelRect({ x, y, w, h }: Rect, level: number): Rect {
  const [left, top] = [x >> level, y >> level];
  const end = (from: number, length: number) => Math.ceil((from + length) / 2 ** level);
  return { x: left, y: top, w: end(x, w) - left, h: end(y, h) - top };
}

/** Returns a rectangle of a level in pixels of the level `finer` levels below it. */
function scaled({ x, y, w, h }: Rect, finer: number): Rect {
  const scale = 2 ** finer;
  return { x: x * scale, y: y * scale, w: w * scale, h: h * scale };
}

function clipped({ x, y, w, h }: Rect, { width, height }: RgbPixels): Rect {
  return { x, y, w: Math.min(w, width - x), h: Math.min(h, height - y) };
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
  invalidate(restoration: Restoration, tile: OctaveTile): void {
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
