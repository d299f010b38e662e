/**
 * Lays out tiles. All tiles of a photo share one padded shape (the runtime's arena keeps memory for
 * every shape), start at multiples of `multipleOf` (strided layers see the same phase as in the
 * whole photo), and are spread evenly.
 */
import type { ManifestTile } from '../../shared/contracts/manifest.js';
import type { Rect } from '../../shared/contracts/restore.js';
import { clamp } from '../../shared/core/math.js';

export interface Tile {
  readonly index: number;
  /** Top left of the padded tile in the photo, which is reflected beyond its borders. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the photo to which the tile contributes. */
  readonly rect: Rect;
  /** Blend weights of the columns and rows of `rect`; a pixel's weight is their product. */
  readonly across: Uint8Array;
  readonly down: Uint8Array;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Row by row. */
  readonly tiles: readonly Tile[];
}

/** Sum of the weights of all tiles at a pixel, along one axis. */
export const WEIGHT_ONE = 128;

/** Cost of starting a tile, in pixels: keeps the plan from preferring many slivers. */
const TILE_START_COST = 4096;
/** Factor by which a tile may exceed the preferred area if that saves padded pixels. */
const AREA_SLACK = 1.15;
/** Largest aspect ratio: global pooling and attention expect near-square tiles, as in training. */
const MAX_ASPECT = 2.5;

/**
 * Chooses the tile shape for a photo and lays out the grid; `side` (pixels) forces square tiles.
 */
export function planGrid(
  width: number,
  height: number,
  tile: ManifestTile,
  side: number | 'auto' = 'auto',
): Grid {
  const [tileWidth, tileHeight] = shapeOf(width, height, tile, side);
  const columns = layOutAxis(width, tileWidth, tile);
  const rows = layOutAxis(height, tileHeight, tile);
  const tiles = rows.flatMap((row, j) =>
    columns.map((column, i) => ({
      index: j * columns.length + i,
      x: column.start,
      y: row.start,
      rect: { x: column.from, y: row.from, w: column.weights.length, h: row.weights.length },
      across: column.weights,
      down: row.weights,
    })),
  );
  return { width, height, tileWidth, tileHeight, tiles };
}

/** A column or row of tiles, in pixels of the photo. */
interface Lane {
  /** First pixel of the padded tiles. */
  readonly start: number;
  /** First pixel to which the tiles contribute, and the weights from there on. */
  readonly from: number;
  readonly weights: Uint8Array;
}

/** Blend zone between two lanes; `width` 0 = a hard border. */
interface Seam {
  readonly start: number;
  readonly width: number;
}

function layOutAxis(length: number, size: number, tile: ManifestTile): Lane[] {
  const unit = tile.multipleOf;
  const count = tileCount(length, size, tile);
  const room = roundUp(length, unit) - size;
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : unit * Math.round((i * room) / unit / (count - 1)),
  );
  const seams = starts.slice(1).map((next, i): Seam => {
    const previous = starts[i]!;
    // Discards the outer half of the overlap, and more where tiles overlap more than required.
    const width = Math.min(tile.overlap >> 1, next - previous, previous + size - next);
    const start = Math.floor((next + previous + size - width) / 2);
    return { start: Math.min(start, length - width), width };
  });
  return starts.map((start, i) => {
    const [before, after] = [seams[i - 1], seams[i]];
    const from = before?.start ?? 0;
    const to = after ? after.start + after.width : length;
    const weightAt = (_: unknown, k: number) =>
      (before ? risen(before, from + k) : WEIGHT_ONE) - (after ? risen(after, from + k) : 0);
    return { start, from, weights: Uint8Array.from({ length: to - from }, weightAt) };
  });
}

/** Returns the weight of the lane after a seam. */
function risen({ start, width }: Seam, pixel: number): number {
  return clamp(Math.round((WEIGHT_ONE * (pixel - start + 0.5)) / width), 0, WEIGHT_ONE);
}

/** Returns the number of tiles of `size` pixels that cover `length` pixels with their overlap. */
function tileCount(length: number, size: number, { multipleOf, overlap }: ManifestTile): number {
  const rest = Math.max(0, roundUp(length, multipleOf) - size);
  const step = Math.max(multipleOf, size - roundUp(overlap, multipleOf));
  return 1 + Math.ceil(rest / step);
}

function shapeOf(
  width: number,
  height: number,
  tile: ManifestTile,
  side: number | 'auto',
): [number, number] {
  if (tile.fixed) return [tile.preferred, tile.preferred];
  if (side === 'auto') return chooseShape(width, height, tile);
  const lowest = Math.max(tile.min, 2 * tile.overlap);
  const size = roundUp(clamp(side, lowest, tile.max), tile.multipleOf);
  return [size, size];
}

/** Returns the shape with the fewest padded pixels among those near the preferred area. */
function chooseShape(width: number, height: number, tile: ManifestTile): [number, number] {
  const area = tile.preferred ** 2 * AREA_SLACK;
  let best: [number, number] = [tile.preferred, tile.preferred];
  let bestCost = Infinity;
  for (const across of usefulSizes(width, tile)) {
    for (const down of usefulSizes(height, tile)) {
      if (across * down > area || Math.max(across / down, down / across) > MAX_ASPECT) continue;
      const count = tileCount(width, across, tile) * tileCount(height, down, tile);
      const cost = count * (across * down + TILE_START_COST);
      if (cost >= bestCost) continue;
      bestCost = cost;
      best = [across, down];
    }
  }
  return best;
}

/** Returns the sizes along an axis that are worth trying: the smallest for each number of tiles. */
function usefulSizes(length: number, tile: ManifestTile): number[] {
  const unit = tile.multipleOf;
  const sizes: number[] = [];
  let fewest = Infinity;
  for (let size = roundUp(tile.min, unit); size <= tile.max; size += unit) {
    const count = tileCount(length, size, tile);
    if (count > 1 && size < 2 * roundUp(tile.overlap, unit)) continue;
    // A single tile may grow to the preferred size: the other axis may need it for the aspect.
    if (count === fewest && (count > 1 || size >= tile.preferred)) continue;
    fewest = count;
    sizes.push(size);
  }
  return sizes;
}

/** Returns the smallest multiple of `unit` that is at least `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
