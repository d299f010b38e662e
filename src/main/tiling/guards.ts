/**
 * Detects broken outputs. Motion blur moves light but neither adds nor removes it, so the restored
 * tile, low-passed in linear light, must agree with the input. Clipped cells and their neighbours
 * are exempt, since light is missing there.
 */
import { decodeSrgb, whiteOf, type RgbImage } from '../imaging/index.js';
import type { Grid, Tile } from './grid.js';
import { planeOrder, reflectTable, type ImageFormat } from './pixels.js';

/** Side of a low-pass cell in pixels. */
const CELL = 32;
/**
 * Allowed difference of a cell's mean linear light, 0..1: a floor, a share of the mean, and a share
 * of the contrast of the 3 × 3 cells around it, since a sharpened edge moves light across the
 * border. Measured: restored heavy blur passes; tiles that are black, constant, channel-swapped or
 * 10 % too bright in flat areas fail.
 */
const FLOOR = 0.012;
const SHARE = 0.06;
const CONTRAST = 0.6;
/** Samples from this share of the range on count as clipped. */
const CLIPPED = 250 / 255;

type GuardResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Statistics of the cells of a tile. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** [cell * 3 + channel], mean linear light. */
  readonly mean: Float32Array;
  /** 1 where a pixel of the cell is clipped. */
  readonly clipped: Uint8Array;
}

/**
 * Compares an output with the input, or with the guess where blur longer than a cell moved light.
 * @param restored [1,3,H,W] in the network's range
 * @param source the tile's `sourceCells`
 * @param guess result of the coarser octave, [1,3,H,W]; `null` = none
 */
export function checkOutput(
  restored: Float32Array,
  source: Cells,
  grid: Grid,
  format: ImageFormat,
  guess: Float32Array | null = null,
): GuardResult {
  const mean = outputMeans(restored, grid, format);
  let guessed: Float32Array | null = null;
  if (mean === null) return { ok: false, reason: 'the network returned NaN or infinity' };
  for (let row = 0; row < source.rows; row++) {
    for (let column = 0; column < source.columns; column++) {
      const near = around(source, column, row);
      if (near.some((cell) => source.clipped[cell] === 1)) continue;
      for (let c = 0; c < 3; c++) {
        const at = (row * source.columns + column) * 3 + c;
        const before = source.mean[at]!;
        const light = near.map((cell) => source.mean[cell * 3 + c]!);
        const contrast = Math.max(...light) - Math.min(...light);
        const allowed = FLOOR + SHARE * before + CONTRAST * contrast;
        if (Math.abs(mean[at]! - before) <= allowed) continue;
        guessed ??= guess && outputMeans(guess, grid, format);
        if (guessed !== null && Math.abs(mean[at]! - guessed[at]!) <= allowed) continue;
        return { ok: false, reason: 'the result does not keep the local brightness' };
      }
    }
  }
  return { ok: true };
}

/** Returns the 3 × 3 cells around one, less those outside the tile. */
function around(cells: Cells, column: number, row: number): number[] {
  const found: number[] = [];
  for (let r = Math.max(0, row - 1); r <= Math.min(cells.rows - 1, row + 1); r++) {
    for (let c = Math.max(0, column - 1); c <= Math.min(cells.columns - 1, column + 1); c++) {
      found.push(r * cells.columns + c);
    }
  }
  return found;
}

/** Returns the borders of the cells along a side, from 0 to `side`; the last cell is longer. */
function bordersOf(side: number): Uint16Array {
  const count = Math.max(1, Math.floor(side / CELL));
  return Uint16Array.from({ length: count + 1 }, (_, i) => (i === count ? side : i * CELL));
}

/** Returns the statistics of the input over the padded tile. */
export function sourceCells(image: RgbImage, grid: Grid, tile: Tile): Cells {
  const [across, down] = [bordersOf(grid.tileWidth), bordersOf(grid.tileHeight)];
  const [columns, rows] = [across.length - 1, down.length - 1];
  const mean = new Float32Array(columns * rows * 3);
  const clipped = new Uint8Array(columns * rows);
  const xs = reflectTable(tile.x, grid.tileWidth, image.width);
  const ys = reflectTable(tile.y, grid.tileHeight, image.height);
  const white = whiteOf(image.data);
  const limit = CLIPPED * white;
  const lut = linearTable(white);
  for (let cell = 0; cell < clipped.length; cell++) {
    const { left, right, top, bottom } = cellAt(across, down, cell);
    const sums = [0, 0, 0];
    let lightest = 0;
    for (let y = top; y < bottom; y++) {
      const line = ys[y]! * image.width;
      for (let x = left; x < right; x++) {
        const from = (line + xs[x]!) * 3;
        for (let c = 0; c < 3; c++) {
          const value = image.data[from + c]!;
          if (value > lightest) lightest = value;
          sums[c] = sums[c]! + lut[value]!;
        }
      }
    }
    const area = (right - left) * (bottom - top);
    for (let c = 0; c < 3; c++) mean[cell * 3 + c] = sums[c]! / area;
    clipped[cell] = Number(lightest >= limit);
  }
  return { columns, rows, mean, clipped };
}

/** Returns the mean linear light of the output per cell; `null` if a value is not finite. */
function outputMeans(restored: Float32Array, grid: Grid, format: ImageFormat): Float32Array | null {
  const [across, down] = [bordersOf(grid.tileWidth), bordersOf(grid.tileHeight)];
  const cells = (across.length - 1) * (down.length - 1);
  const mean = new Float32Array(cells * 3);
  const plane = grid.tileWidth * grid.tileHeight;
  const [low, high] = format.range;
  const scale = STEPS / (high - low);
  const lut = format.transfer === 'linear' ? IDENTITY : LINEAR;
  const planes = planeOrder(format);
  // Stays 0 unless a value is NaN or infinite; a branch for every value would be slower.
  let poison = 0;
  for (let i = 0; i < mean.length; i++) {
    const { left, right, top, bottom } = cellAt(across, down, Math.floor(i / 3));
    const base = planes[i % 3]! * plane;
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      const line = base + y * grid.tileWidth;
      for (let at = line + left; at < line + right; at++) {
        const value = restored[at]!;
        poison += value * 0;
        const step = ((value - low) * scale + 0.5) | 0;
        sum += lut[step < 0 ? 0 : step > STEPS ? STEPS : step]!;
      }
    }
    mean[i] = sum / ((right - left) * (bottom - top));
  }
  return poison === 0 ? mean : null;
}

function cellAt(across: Uint16Array, down: Uint16Array, cell: number) {
  const columns = across.length - 1;
  const [column, row] = [cell % columns, Math.floor(cell / columns)];
  const [left, right] = [across[column]!, across[column + 1]!];
  return { left, right, top: down[row]!, bottom: down[row + 1]! };
}

const STEPS = 4096;
const LINEAR = linearTable(STEPS);
const IDENTITY = Float32Array.from({ length: STEPS + 1 }, (_, i) => i / STEPS);

function linearTable(white: number): Float32Array {
  return Float32Array.from({ length: white + 1 }, (_, i) => decodeSrgb(i / white));
}
