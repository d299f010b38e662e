/** Decides which tiles need work, and how much of the budget each gets. */
import type { Manifest } from '../../shared/contracts/manifest.js';
import type { Rect, RoiHint } from '../../shared/contracts/restore.js';
import { intersect } from '../../shared/core/geometry.js';
import { clamp } from '../../shared/core/math.js';
import type { Grid, Tile } from './grid.js';
import { ORIENTATIONS } from './orientation.js';

/** What a tile gets if it is computed. */
export interface TilePlan {
  readonly tile: Tile;
  /** The network's budget input for this tile. */
  readonly budget: number;
  /** A hint covers part of the tile: no stage is skipped. */
  readonly hinted: boolean;
  /** Mirrored and turned copies to average: 1, 2, 4 or 8 (at most 4 if the tile is not square). */
  readonly copies: number;
  /** Hint strength over the tile, 0..1. */
  readonly hint: number;
}

interface PlanOptions {
  readonly rois: readonly RoiHint[];
  readonly budget: number;
  readonly selfEnsemble: boolean;
}

/** Limits of the factor on a tile's budget, so that hints elsewhere never starve a tile. */
const BUDGET_RANGE = [0.5, 4] as const;
/**
 * Factor between two budgets. With such coarse steps, hints change the budgets of distant tiles
 * (and invalidate their stored results) only when they cover about a fifth of the photo.
 */
const BUDGET_STEP = Math.SQRT2;

/** Plans every tile of the grid, in its order. `inputs`: the network's inputs. */
export function planTiles(
  grid: Grid,
  options: PlanOptions,
  inputs: Manifest['inputs'],
): TilePlan[] {
  const mean = 1 + meanHint(grid, options.rois);
  return grid.tiles.map((tile) => {
    const hint = hintShare(tile.rect, options.rois);
    // Other tiles lose what a hinted one gains: the photo's total stays the same.
    const factor = clamp(quantise((1 + hint) / mean), ...BUDGET_RANGE);
    const budget = inputs.budget ? options.budget * factor : 1;
    return { tile, budget, hinted: hint > 0, copies: copiesOf(tile, options, inputs), hint };
  });
}

/**
 * Returns the copies to average. A network without a hint input averages more copies of a hinted
 * tile, by its strongest hint: 2 up to a third, 4 up to two thirds, 8 (docs/self-ensemble.json).
 */
function copiesOf(
  { rect }: Tile,
  { rois, selfEnsemble }: PlanOptions,
  inputs: Manifest['inputs'],
): number {
  if (selfEnsemble) return ORIENTATIONS;
  if (inputs.roi !== undefined) return 1;
  const strengths = rois.filter((roi) => overlap(rect, roi) > 0).map(({ strength }) => strength);
  return 2 ** Math.ceil(Math.log2(ORIENTATIONS) * Math.max(0, ...strengths));
}

/**
 * Averages over all tiles, so that a tile's budget depends neither on the mask nor on sharpness.
 */
function meanHint(grid: Grid, rois: readonly RoiHint[]): number {
  const sum = grid.tiles.reduce((total, { rect }) => total + hintShare(rect, rois), 0);
  return sum / Math.max(1, grid.tiles.length);
}

function quantise(factor: number): number {
  return BUDGET_STEP ** Math.round(Math.log(factor) / Math.log(BUDGET_STEP));
}

/** Returns strengths 0..1 per cell of a tile's hint grid; `null` without hints or a hint input. */
export function rasteriseHints(
  tile: Tile,
  grid: Grid,
  rois: readonly RoiHint[],
  { inputs, roiStride: stride }: Pick<Manifest, 'inputs' | 'roiStride'>,
): Float32Array | null {
  if (inputs.roi === undefined) return null;
  const columns = Math.ceil(grid.tileWidth / stride);
  const rows = Math.ceil(grid.tileHeight / stride);
  if (hintShare({ x: tile.x, y: tile.y, w: grid.tileWidth, h: grid.tileHeight }, rois) === 0) {
    return null;
  }
  const cells = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const y = tile.y + (row + 0.5) * stride;
    for (let column = 0; column < columns; column++) {
      const x = tile.x + (column + 0.5) * stride;
      let strength = 0;
      for (const roi of rois) {
        if (x < roi.x || x >= roi.x + roi.w || y < roi.y || y >= roi.y + roi.h) continue;
        strength = Math.max(strength, roi.strength);
      }
      cells[row * columns + column] = strength;
    }
  }
  return cells;
}

/** Returns hint strength times the share of `rect` that it covers, at most 1. */
function hintShare(rect: Rect, rois: readonly RoiHint[]): number {
  let sum = 0;
  for (const roi of rois) sum += (roi.strength * overlap(rect, roi)) / (rect.w * rect.h);
  return Math.min(1, sum);
}

/** Returns the common area in square pixels. */
function overlap(a: Rect, b: Rect): number {
  const { w, h } = intersect(a, b);
  return w * h;
}
