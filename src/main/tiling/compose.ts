/**
 * Composes tiles into a photo by integer arithmetic on stored residuals: the result depends neither
 * on the order of the tiles nor on crashes, and a pixel whose residual or mask is 0 keeps its
 * bytes.
 */
import type { Rect } from '../../shared/contracts/restore.js';
import { intersect } from '../../shared/core/geometry.js';
import { whiteOf, type Samples, type RgbImage } from '../imaging/index.js';
import type { Grain, Removed } from '../grain/grain.js';
import { bandsOf } from './bands.js';
import type { Change } from './enlarge.js';
import { WEIGHT_ONE, type Grid, type Tile } from './grid.js';
import { RESIDUAL_SCALE } from './pixels.js';

/** Rows composed at once: bounds the accumulator to `rows * width * 3 * 4` bytes. */
const BAND = 64;
/** The product of two weights as a shift. */
const WEIGHT_BITS = Math.log2(WEIGHT_ONE * WEIGHT_ONE);

export interface Residuals {
  /** Returns a tile's residual over `tile.rect`, interleaved; `null` = the tile is unchanged. */
  residual(tile: number): Int16Array | null;
  /** Grain to add where tiles have removed noise; left out = none. */
  readonly grain?: GrainSource | undefined;
}

interface GrainSource {
  readonly grain: Grain;
  /** Returns the noise that a tile has removed, with its residual; `null` = none. */
  removed(tile: number, residual: Int16Array): Removed | null;
}

export interface ComposeOptions {
  /** 8 bit, at the photo's size; `null` = everywhere. */
  readonly mask: Uint8Array | null;
  readonly strength: number;
  /** Part of the photo that `target` holds; left out = all of it. */
  readonly window?: Rect;
}

/**
 * Writes source + mask × strength × residual into `target`, which may be the source's own array:
 * every pixel is read once, before it is written.
 */
export function compose(
  { data, width, height }: RgbImage,
  target: Samples,
  grid: Grid,
  residuals: Residuals,
  { mask, strength, window = { x: 0, y: 0, w: width, h: height } }: ComposeOptions,
): void {
  const { grain } = residuals;
  const read = (tile: number): TileChange | null => {
    const residual = residuals.residual(tile);
    return residual && { residual, removed: grain?.removed(tile, residual) ?? null };
  };
  const unit = (strength * (whiteOf(data) / 255)) / (RESIDUAL_SCALE * WEIGHT_ONE * WEIGHT_ONE);
  const samples = window.w * 3;
  const sums = new Int32Array(BAND * samples);
  const stepUnit = strength / (WEIGHT_ONE * WEIGHT_ONE);
  const steps = new Int32Array(grain ? BAND * window.w : 0);
  for (const { rect, parts } of bandsOf(grid, window, BAND, read)) {
    if (parts.length > 0) sums.fill(0);
    for (const [tile, { residual }] of parts) addResidual(sums, rect, tile, residual);
    const grainy = parts.filter(([, { removed }]) => removed !== null);
    if (grainy.length > 0) steps.fill(0);
    for (const [tile, { removed }] of grainy) addRemoved(steps, rect, tile, removed!);
    for (let row = 0; row < rect.h; row++) {
      const from = (rect.y + row) * width + rect.x;
      const pixels = data.subarray(from * 3, from * 3 + samples);
      const to = (rect.y - window.y + row) * samples;
      const out = target.subarray(to, to + samples);
      if (parts.length > 0) {
        const added = sums.subarray(row * samples, (row + 1) * samples);
        const ownMask = mask?.subarray(from, from + window.w) ?? null;
        if (grain && grainy.length > 0) {
          const ownSteps = steps.subarray(row * window.w, (row + 1) * window.w);
          const change = { sums: added, unit, steps: ownSteps, stepUnit, mask: ownMask };
          grain.grain.write({ pixels, ...change, x: rect.x, y: rect.y + row }, out);
        } else {
          applyRow(pixels, added, ownMask, unit, out);
        }
      } else if (target !== data) {
        out.set(pixels);
      }
    }
  }
}

/** Returns the blended residuals over a window of the grid; `null` = no pixel changes there. */
export function changeOver(grid: Grid, residuals: Residuals, window: Rect): Change | null {
  const samples = window.w * 3;
  const sums = new Int32Array(BAND * samples);
  const half = (WEIGHT_ONE * WEIGHT_ONE) / 2;
  let data: Int16Array | null = null;
  for (const { rect, parts } of bandsOf(grid, window, BAND, (tile) => residuals.residual(tile))) {
    if (parts.length === 0) continue;
    data ??= new Int16Array(window.h * samples);
    sums.fill(0);
    for (const [tile, residual] of parts) addResidual(sums, rect, tile, residual);
    const from = (rect.y - window.y) * samples;
    for (let i = 0; i < rect.h * samples; i++) data[from + i] = (sums[i]! + half) >> WEIGHT_BITS;
  }
  return data && { window, data };
}

interface TileChange {
  readonly residual: Int16Array;
  readonly removed: Removed | null;
}

/** Adds the weighted steps of removed noise of a tile to those of the pixels in `band`. */
function addRemoved(sums: Int32Array, band: Rect, tile: Tile, { columns, steps }: Removed): void {
  const { rect, across, down } = tile;
  const part = intersect(rect, band);
  const left = part.x - rect.x;
  for (let y = part.y; y < part.y + part.h; y++) {
    const weightY = down[y - rect.y]!;
    const blocks = ((y - rect.y) >> 3) * columns;
    let to = (y - band.y) * band.w + part.x - band.x;
    for (let x = left; x < left + part.w; x++, to++) {
      sums[to] = sums[to]! + weightY * across[x]! * steps[blocks + (x >> 3)]!;
    }
  }
}

/** Adds a tile's weighted residual to the sums of the pixels in `band`. */
function addResidual(sums: Int32Array, band: Rect, tile: Tile, residual: Int16Array): void {
  const { rect, across, down } = tile;
  const part = intersect(rect, band);
  const left = part.x - rect.x;
  for (let y = part.y; y < part.y + part.h; y++) {
    const weightY = down[y - rect.y]!;
    let to = ((y - band.y) * band.w + part.x - band.x) * 3;
    let from = ((y - rect.y) * rect.w + left) * 3;
    for (let x = left; x < left + part.w; x++) {
      const weight = weightY * across[x]!;
      for (let c = 0; c < 3; c++, to++, from++) {
        sums[to] = sums[to]! + weight * residual[from]!;
      }
    }
  }
}

/** Writes a row of pixels with `unit` × mask × sums added, within the range of the samples. */
function applyRow(
  pixels: Samples,
  sums: Int32Array,
  mask: Uint8Array | null,
  unit: number,
  out: Samples,
): void {
  const white = whiteOf(pixels);
  for (let i = 0; i < pixels.length; i += 3) {
    const share = mask === null ? unit : (unit * mask[i / 3]!) / 255;
    for (let c = i; c < i + 3; c++) {
      // Rounds positive values only; negative ones are clamped to 0 below.
      const value = (pixels[c]! + sums[c]! * share + 0.5) | 0;
      out[c] = value < 0 ? 0 : value > white ? white : value;
    }
  }
}
