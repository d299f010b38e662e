/**
 * Guards against a broken answer. Motion blur moves light about but neither makes nor loses it, so
 * the restored tile, low-passed in linear light, must agree with the input. Where the input clips,
 * light was lost before the blur could be seen, so those cells and their neighbours are excepted.
 */
import type { Grid, Tile } from './grid.js';
import { decodeSrgb, reflectTable, whiteOf, type ImageFormat, type RgbImage } from './pixels.js';

/** Side of a low-pass cell, pixels. */
const CELL = 32;
/**
 * Allowed difference of a cell's mean linear light, 0..1: a floor, a share of the light that is
 * there, and a share of the contrast in the 3×3 cells about it, since sharpening an edge moves light
 * across the cell's border. Measured to pass restorations of heavy blur and to catch a tile that is
 * black, constant, channel-swapped or 10 % off in brightness where the photo is flat.
 */
const FLOOR = 0.012;
const SHARE = 0.06;
const CONTRAST = 0.6;
/** Samples this close to white count as clipped, share of the range. */
const CLIPPED = 250 / 255;

export type GuardResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** NaN or infinity anywhere. */
export function checkFinite(values: Float32Array): GuardResult {
  // One pass without branches per element: a sum is finite only if every term is.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0 ? { ok: true } : { ok: false, reason: 'the network returned NaN or infinity' };
}

/** Per-cell statistics of one channel set. */
interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** [cell * 3 + channel], mean linear light. */
  readonly mean: Float32Array;
  readonly clipped: Uint8Array;
}

/** `restored` is the [1,3,H,W] output in the network's range. */
export function checkMean(
  restored: Float32Array,
  image: RgbImage,
  grid: Grid,
  tile: Tile,
  format: ImageFormat,
): GuardResult {
  const source = sourceCells(image, grid, tile);
  const output = outputCells(restored, grid, format);
  for (let row = 0; row < source.rows; row++) {
    for (let column = 0; column < source.columns; column++) {
      if (nearClipped(source, column, row)) continue;
      for (let c = 0; c < 3; c++) {
        const at = (row * source.columns + column) * 3 + c;
        const before = source.mean[at]!;
        const change = Math.abs(output.mean[at]! - before);
        const allowed = FLOOR + SHARE * before + CONTRAST * contrast(source, column, row, c);
        if (change <= allowed) continue;
        return { ok: false, reason: 'the result does not keep the local brightness' };
      }
    }
  }
  return { ok: true };
}

/** Largest minus smallest mean among the 3×3 cells about one. */
function contrast(cells: Cells, column: number, row: number, channel: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (const at of around(cells, column, row)) {
    const mean = cells.mean[at * 3 + channel]!;
    low = Math.min(low, mean);
    high = Math.max(high, mean);
  }
  return high - low;
}

function nearClipped(cells: Cells, column: number, row: number): boolean {
  return around(cells, column, row).some((at) => cells.clipped[at] === 1);
}

function around(cells: Cells, column: number, row: number): number[] {
  const found: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(cells.rows - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(cells.columns - 1, column + 1); c++) {
      found.push(r * cells.columns + c);
    }
  }
  return found;
}

function cellGrid(grid: Grid): { columns: number; rows: number; counts: Float32Array } {
  // The last cell takes the rest, so that none is smaller than CELL (unless the tile is).
  const columns = Math.max(1, Math.floor(grid.tileWidth / CELL));
  const rows = Math.max(1, Math.floor(grid.tileHeight / CELL));
  return { columns, rows, counts: new Float32Array(columns * rows) };
}

function cellOf(position: number, cells: number): number {
  return Math.min(cells - 1, Math.floor(position / CELL));
}

function sourceCells(image: RgbImage, grid: Grid, tile: Tile): Cells {
  const { columns, rows, counts } = cellGrid(grid);
  const mean = new Float32Array(columns * rows * 3);
  const clipped = new Uint8Array(columns * rows);
  const xs = reflectTable(tile.x, grid.tileWidth, image.width);
  const ys = reflectTable(tile.y, grid.tileHeight, image.height);
  const white = whiteOf(image);
  const limit = CLIPPED * white;
  for (let y = 0; y < grid.tileHeight; y++) {
    const row = cellOf(y, rows) * columns;
    for (let x = 0; x < grid.tileWidth; x++) {
      const cell = row + cellOf(x, columns);
      const from = (ys[y]! * image.width + xs[x]!) * 3;
      counts[cell] = counts[cell]! + 1;
      for (let c = 0; c < 3; c++) {
        const value = image.data[from + c]!;
        if (value >= limit) clipped[cell] = 1;
        mean[cell * 3 + c] = mean[cell * 3 + c]! + linear(value / white);
      }
    }
  }
  normalise(mean, counts);
  return { columns, rows, mean, clipped };
}

function outputCells(restored: Float32Array, grid: Grid, format: ImageFormat): Cells {
  const { columns, rows, counts } = cellGrid(grid);
  const mean = new Float32Array(columns * rows * 3);
  const plane = grid.tileWidth * grid.tileHeight;
  const [low, high] = format.range;
  const scale = 1 / (high - low);
  const order = format.channels === 'rgb' ? [0, 1, 2] : [2, 1, 0];
  for (let c = 0; c < 3; c++) {
    const base = order[c]! * plane;
    for (let y = 0; y < grid.tileHeight; y++) {
      const row = cellOf(y, rows) * columns;
      for (let x = 0; x < grid.tileWidth; x++) {
        const cell = row + cellOf(x, columns);
        const value = (restored[base + y * grid.tileWidth + x]! - low) * scale;
        const light = format.transfer === 'linear' ? clamp01(value) : linear(value);
        mean[cell * 3 + c] = mean[cell * 3 + c]! + light;
        if (c === 0) counts[cell] = counts[cell]! + 1;
      }
    }
  }
  normalise(mean, counts);
  return { columns, rows, mean, clipped: new Uint8Array(columns * rows) };
}

function normalise(mean: Float32Array, counts: Float32Array): void {
  for (let i = 0; i < mean.length; i++) {
    mean[i] = mean[i]! / counts[Math.floor(i / 3)]!;
  }
}

const LINEAR = Float32Array.from({ length: 4097 }, (_, i) => decodeSrgb(i / 4096));

function linear(value: number): number {
  return LINEAR[Math.round(clamp01(value) * 4096)]!;
}

function clamp01(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}
