/**
 * Lays out tiles. All tiles of a photo share one padded shape (the runtime's arena keeps memory for
 * every shape), start at multiples of `multipleOf` (strided layers see the same phase as in the
 * whole photo), and are spread evenly.
 */
import type { ManifestTile } from '../../../shared/contracts/manifest.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import { clamp } from '../../../shared/core/math.js';

/** One axis of the grid, in pixels. The last tile may reach past the photo, which is reflected. */
export interface Axis {
  /** Size of the photo along this axis. */
  readonly length: number;
  /** Side of each tile, a multiple of `multipleOf`. */
  readonly size: number;
  /** First pixel of each tile. */
  readonly starts: readonly number[];
  /** Blend zone between tiles i and i+1: first pixel and width; 0 = a hard border. */
  readonly seams: readonly { readonly start: number; readonly width: number }[];
}

export interface Tile {
  readonly index: number;
  readonly column: number;
  readonly row: number;
  /** Top left of the padded tile in the photo. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the photo to which the tile contributes (weight above 0). */
  readonly rect: Rect;
}

export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly columns: Axis;
  readonly rows: Axis;
  readonly tileWidth: number;
  readonly tileHeight: number;
  readonly tiles: readonly Tile[];
}

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
  const [tileWidth, tileHeight] = tile.fixed
    ? [tile.preferred, tile.preferred]
    : side === 'auto'
      ? chooseShape(width, height, tile)
      : squareShape(side, tile);
  const columns = layOutAxis(width, tileWidth, tile);
  const rows = layOutAxis(height, tileHeight, tile);
  return { width, height, columns, rows, tileWidth, tileHeight, tiles: listTiles(columns, rows) };
}

/** Sum of the blend weights of all tiles at a pixel, along one axis. */
export const WEIGHT_ONE = 128;

/** Returns the blend weights of tile `i` along an axis, for its `size` pixels. */
export function axisWeights(axis: Axis, i: number): Uint8Array {
  const weights = new Uint8Array(axis.size);
  const [from, to] = contribution(axis, i);
  const start = axis.starts[i] ?? 0;
  const left = i > 0 ? axis.seams[i - 1] : undefined;
  const right = axis.seams[i];
  for (let p = from; p < to; p++) {
    let weight = WEIGHT_ONE;
    if (left && p < left.start + left.width) weight = rampUp(p - left.start, left.width);
    else if (right && p >= right.start) weight = WEIGHT_ONE - rampUp(p - right.start, right.width);
    weights[p - start] = weight;
  }
  return weights;
}

function rampUp(k: number, width: number): number {
  return Math.round((WEIGHT_ONE * (k + 0.5)) / width);
}

/** Returns the first and one-past-last pixel of the photo to which tile `i` contributes. */
function contribution(axis: Axis, i: number): [number, number] {
  const left = axis.seams[i - 1];
  const right = axis.seams[i];
  return [left ? left.start : 0, right ? right.start + right.width : axis.length];
}

function listTiles(columns: Axis, rows: Axis): Tile[] {
  const tiles: Tile[] = [];
  rows.starts.forEach((y, row) => {
    const [top, bottom] = contribution(rows, row);
    columns.starts.forEach((x, column) => {
      const [left, right] = contribution(columns, column);
      const rect = { x: left, y: top, w: right - left, h: bottom - top };
      tiles.push({ index: tiles.length, column, row, x, y, rect });
    });
  });
  return tiles;
}

function layOutAxis(length: number, size: number, tile: ManifestTile): Axis {
  const unit = tile.multipleOf;
  const padded = Math.ceil(length / unit);
  const side = size / unit;
  const overlap = Math.ceil(tile.overlap / unit);
  if (padded <= side) return { length, size, starts: [0], seams: [] };
  const count = Math.ceil((padded - side) / Math.max(1, side - overlap)) + 1;
  const starts = Array.from(
    { length: count },
    (_, i) => unit * Math.round((i * (padded - side)) / (count - 1)),
  );
  const seams = starts.slice(1).map((next, i) => {
    const previous = starts[i] ?? 0;
    // Discards the outer half of the overlap, and more where tiles overlap more than required.
    const width = Math.min(tile.overlap >> 1, next - previous, previous + size - next);
    const start = Math.floor((next + previous + size - width) / 2);
    return { start: Math.min(start, length - width), width };
  });
  return { length, size, starts, seams };
}

function squareShape(side: number, tile: ManifestTile): [number, number] {
  const lowest = Math.max(tile.min, 2 * tile.overlap);
  const size = roundUp(clamp(side, lowest, tile.max), tile.multipleOf);
  return [size, size];
}

/** Returns the shape with the fewest padded pixels among those near the preferred area. */
function chooseShape(width: number, height: number, tile: ManifestTile): [number, number] {
  const area = tile.preferred ** 2 * AREA_SLACK;
  let best: [number, number] = [tile.preferred, tile.preferred];
  let bestCost = Infinity;
  for (const across of axisCandidates(width, tile)) {
    for (const down of axisCandidates(height, tile)) {
      if (across.size * down.size > area) continue;
      const aspect = Math.max(across.size / down.size, down.size / across.size);
      if (aspect > MAX_ASPECT) continue;
      const cost = across.count * down.count * (across.size * down.size + TILE_START_COST);
      if (cost >= bestCost) continue;
      bestCost = cost;
      best = [across.size, down.size];
    }
  }
  return best;
}

/** Returns the useful tile counts and sizes along one axis. */
function axisCandidates(length: number, tile: ManifestTile): { count: number; size: number }[] {
  const found = new Map<number, number>();
  const unit = tile.multipleOf;
  const overlap = roundUp(tile.overlap, unit);
  const padded = roundUp(length, unit);
  for (let size = roundUp(tile.min, unit); size <= tile.max; size += unit) {
    if (size >= padded) {
      found.set(1, Math.min(size, found.get(1) ?? size));
      // One tile holds the photo: larger ones only pad, unless a very long photo needs the aspect.
      if (size >= tile.preferred) break;
      found.set(-size, size);
      continue;
    }
    if (size < 2 * overlap || size <= overlap) continue;
    const count = Math.ceil((padded - size) / (size - overlap)) + 1;
    if (!found.has(count)) found.set(count, size);
  }
  return [...found].map(([count, size]) => ({ count: Math.max(1, count), size }));
}

/** Returns the smallest multiple of `unit` that is at least `value`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
