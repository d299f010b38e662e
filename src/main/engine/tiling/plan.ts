/** Which tiles are worked on, in which order, with which share of the budget. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, RoiHint, SkipReason } from '../../../shared/contracts/restore.js';
import type { Grid, Tile } from './grid.js';
import { ORIENTATIONS } from './orientation.js';
import type { RgbImage } from './pixels.js';
import { judgeSharpness, type Sharpness } from '../blur/sharpness.js';

export interface PlannedTile {
  readonly tile: Tile;
  /** The network's budget input for this tile. */
  readonly budget: number;
  /** The user asked for work here: no stage is skipped. */
  readonly hinted: boolean;
  /** The result is the mean over so many mirrored and turned copies: 1, 2, 4 or 8 (fewer where turning does not fit). */
  readonly copies: number;
  /** The hints' strength over the tile, and the share of it that looks smeared: both 0..1. */
  readonly hint: number;
  readonly smeared: number;
}

export interface Plan {
  /** In the order in which they are worked on. */
  readonly work: readonly PlannedTile[];
  readonly skipped: readonly {
    readonly tile: Tile;
    readonly reason: SkipReason;
    /** null: nobody looked. */
    readonly smeared: number | null;
  }[];
}

export interface PlanOptions {
  readonly mask: Uint8Array | null;
  readonly rois: readonly RoiHint[];
  /** What the network can be told. */
  readonly inputs: Manifest['inputs'];
  readonly budget: number;
  readonly selfEnsemble: boolean;
  /** false: only the mask leaves tiles out. */
  readonly skip: boolean;
  /** Nothing of the result will be seen: no tile is worked on. */
  readonly idle: boolean;
  /** How sharp tiles are, where that is known already. */
  readonly judge?: (tile: Tile) => Sharpness;
}

/** A hint may at most quadruple a tile's budget, and never starves another. */
const BUDGET_RANGE = [0.5, 4] as const;
/**
 * Budgets move in steps, by this factor: then a hint changes the budgets of distant tiles only when hints cover about a
 * fifth of the photo, and until then what was computed there stays true. The photo's total is kept to within half a step.
 */
const BUDGET_STEP = Math.SQRT2;

export function planTiles(image: RgbImage, grid: Grid, options: PlanOptions): Plan {
  const skipped: { tile: Tile; reason: SkipReason; smeared: number | null }[] = [];
  const ranked: { tile: Tile; hint: number; smeared: number }[] = [];
  const judge = options.judge ?? ((tile: Tile) => judgeSharpness(image, tile.rect));
  for (const tile of grid.tiles) {
    const hint = hintShare(tile.rect, options.rois);
    if (options.idle || (options.mask && !touches(options.mask, image.width, tile.rect))) {
      skipped.push({ tile, reason: 'outside-mask', smeared: null });
      continue;
    }
    const { sharp, smeared } = judge(tile);
    if (options.skip && sharp && hint === 0) skipped.push({ tile, reason: 'sharp', smeared });
    else ranked.push({ tile, hint, smeared });
  }
  ranked.sort((a, b) => b.hint - a.hint || b.smeared - a.smeared || a.tile.index - b.tile.index);
  const mean = 1 + meanHint(grid, options.rois);
  const work = ranked.map(({ tile, hint, smeared }) => ({
    tile,
    // What a hinted tile gains, the others give: the photo's total stays.
    budget: options.inputs.budget ? options.budget * clamp(quantise((1 + hint) / mean)) : 1,
    hinted: hint > 0,
    copies: copiesOf(tile, options),
    hint,
    smeared,
  }));
  return { work, skipped };
}

/** A tile that nobody has asked anything special for. */
export function plainTile(tile: Tile, smeared = 0): PlannedTile {
  return { tile, budget: 1, hinted: false, copies: 1, hint: 0, smeared };
}

/**
 * A network that cannot be told where to work harder takes the mean over more copies of a hinted tile, by the strongest
 * hint in it: 2 up to a third, 4 up to two thirds, 8 (docs/self-ensemble.json says what that brings).
 */
function copiesOf({ rect }: Tile, { rois, inputs, selfEnsemble }: PlanOptions): number {
  if (selfEnsemble) return ORIENTATIONS;
  if (inputs.roi !== undefined) return 1;
  const strengths = rois.filter((roi) => overlap(rect, roi) > 0).map(({ strength }) => strength);
  return 2 ** Math.ceil(Math.log2(ORIENTATIONS) * Math.max(0, ...strengths));
}

/** Over all tiles, so that a tile's budget depends neither on the mask nor on which others are sharp. */
function meanHint(grid: Grid, rois: readonly RoiHint[]): number {
  const sum = grid.tiles.reduce((total, { rect }) => total + hintShare(rect, rois), 0);
  return sum / Math.max(1, grid.tiles.length);
}

function quantise(factor: number): number {
  return BUDGET_STEP ** Math.round(Math.log(factor) / Math.log(BUDGET_STEP));
}

/** Strength 0..1 per cell of a tile's roi grid, or null where there is nothing to tell the network, or no way to. */
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

/** Hint strength times the share of `rect` it covers, at most 1. */
function hintShare(rect: Rect, rois: readonly RoiHint[]): number {
  let sum = 0;
  for (const roi of rois) sum += (roi.strength * overlap(rect, roi)) / (rect.w * rect.h);
  return Math.min(1, sum);
}

/** In pixels. */
function overlap(a: Rect, b: Rect): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return Math.max(0, w) * Math.max(0, h);
}

function touches(mask: Uint8Array, width: number, rect: Rect): boolean {
  for (let y = rect.y; y < rect.y + rect.h; y++) {
    const row = y * width + rect.x;
    for (let at = row; at < row + rect.w; at++) if (mask[at] !== 0) return true;
  }
  return false;
}

function clamp(factor: number): number {
  return Math.min(BUDGET_RANGE[1], Math.max(BUDGET_RANGE[0], factor));
}
