/**
 * Tile pyramid of a photo: levels, tiles of a viewport, replacements of missing tiles, tile
 * versions.
 */
import type { PhotoId, ResultId } from '../../shared/protocol/ids.js';
import { PYRAMID_TILE } from '../../shared/protocol/pixels.js';
import { overlaps } from '../../shared/core/geometry.js';
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Point, Size } from './viewport.js';

/** Owner of tiles, without their version. */
export type Pyramid =
  | { readonly kind: 'original'; readonly photo: PhotoId }
  | {
      readonly kind: 'result';
      readonly photo: PhotoId;
      readonly result: ResultId;
      /** 0 = the latest stage of each part. */
      readonly stage: number;
    };

export interface Cell {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** Returns a level's size in its own pixels, halved and rounded up like the host does. */
export function levelSize(photo: Size, level: number): Size {
  let { width, height } = photo;
  for (let i = 0; i < level; i++) {
    width = Math.max(1, Math.ceil(width / 2));
    height = Math.max(1, Math.ceil(height / 2));
  }
  return { width, height };
}

/** Returns the coarsest level with a pixel for every device pixel. */
export function chooseLevel(scale: number, levels: number): number {
  // A scale slightly above a power of two does not justify four times the pixels.
  const level = Math.floor(-Math.log2(scale) + 0.01);
  return clamp(level, 0, Math.max(0, levels - 1));
}

/** Returns the tiles of a level that intersect `rect` (photo pixels), nearest to `focus` first. */
export function tilesIn(rect: Rect, photo: Size, level: number, focus?: Point): Cell[] {
  if (rect.w <= 0 || rect.h <= 0) return [];
  const size = levelSize(photo, level);
  const sideX = (PYRAMID_TILE * photo.width) / size.width;
  const sideY = (PYRAMID_TILE * photo.height) / size.height;
  const columns = Math.ceil(size.width / PYRAMID_TILE);
  const rows = Math.ceil(size.height / PYRAMID_TILE);
  const first = { column: Math.floor(rect.x / sideX), row: Math.floor(rect.y / sideY) };
  const last = {
    column: Math.min(columns - 1, Math.ceil((rect.x + rect.w) / sideX) - 1),
    row: Math.min(rows - 1, Math.ceil((rect.y + rect.h) / sideY) - 1),
  };
  const cells: Cell[] = [];
  for (let row = Math.max(0, first.row); row <= last.row; row++) {
    for (let column = Math.max(0, first.column); column <= last.column; column++) {
      cells.push({ level, column, row });
    }
  }
  const centre = focus ?? { x: rect.x + rect.w / 2, y: rect.y + rect.h / 2 };
  const distance = (cell: Cell): number =>
    Math.hypot((cell.column + 0.5) * sideX - centre.x, (cell.row + 0.5) * sideY - centre.y);
  return cells.sort((a, b) => distance(a) - distance(b));
}

/** Returns the area of a tile in photo pixels. */
export function tileRect(photo: Size, cell: Cell): Rect {
  const size = levelSize(photo, cell.level);
  const scaleX = photo.width / size.width;
  const scaleY = photo.height / size.height;
  const x = cell.column * PYRAMID_TILE;
  const y = cell.row * PYRAMID_TILE;
  return {
    x: x * scaleX,
    y: y * scaleY,
    w: (Math.min(size.width, x + PYRAMID_TILE) - x) * scaleX,
    h: (Math.min(size.height, y + PYRAMID_TILE) - y) * scaleY,
  };
}

/** Returns the tile one level coarser that covers this one. */
export function parent(cell: Cell): Cell {
  return { level: cell.level + 1, column: cell.column >> 1, row: cell.row >> 1 };
}

/** Returns the four tiles one level finer; some may lie outside the photo. */
export function children(cell: Cell): Cell[] {
  if (cell.level === 0) return [];
  const [column, row] = [cell.column * 2, cell.row * 2];
  return [0, 1, 2, 3].map((i) => ({
    level: cell.level - 1,
    column: column + (i & 1),
    row: row + (i >> 1),
  }));
}

/**
 * Returns what to draw in place of `cell`, in drawing order: the tile itself if loaded, else the
 * nearest coarser tile and the loaded finer ones above it.
 */
export function drawable(cell: Cell, levels: number, has: (cell: Cell) => boolean): Cell[] {
  if (has(cell)) return [cell];
  const cells: Cell[] = [];
  for (let up = parent(cell); up.level < levels; up = parent(up)) {
    if (!has(up)) continue;
    cells.push(up);
    break;
  }
  return cells.concat(children(cell).filter(has));
}

/** Tracks the latest version of every changed region, so that stale tiles can be refetched. */
export class Versions {
  readonly #parts = new Map<string, { readonly rect: Rect; version: number }>();
  /** Version that every tile has at least. */
  #base = 0;

  note(rect: Rect, version: number): void {
    const key = `${rect.x},${rect.y},${rect.w},${rect.h}`;
    const known = this.#parts.get(key);
    if (known === undefined) this.#parts.set(key, { rect, version });
    else known.version = Math.max(known.version, version);
  }

  /** Sets a version for all tiles, after a run has ended or a result came from the cache. */
  settle(version: number): void {
    this.#base = Math.max(this.#base, version);
    for (const [key, part] of this.#parts) {
      if (part.version <= this.#base) this.#parts.delete(key);
    }
  }

  of(rect: Rect): number {
    let version = this.#base;
    for (const part of this.#parts.values()) {
      if (part.version > version && overlaps(part.rect, rect)) version = part.version;
    }
    return version;
  }
}
