/**
 * Blur of a photo by cell: covariance of the motion's path and kind, as the octaves estimate them.
 * An octave reads blur well while it is a few to `LONGEST` px long at its own size, so each cell
 * takes the finest octave that the coarser ones allow (models/lab/extent/combine.py has the rule
 * and its measurements).
 */
import type { Rect } from '../../shared/contracts/restore.js';
import type { Grid, Tile } from '../tiling/grid.js';
import type { MapLayer } from '../tiling/maps.js';

/** Side of a cell in pixels of its octave. */
export const CELL = 8;
/** Longest extent, in pixels of an octave, that is read there if a coarser octave was run. */
const LONGEST = 16;

/** Blur of one cell. */
export interface CellBlur {
  /** Covariance of the path in px² of the photo. */
  readonly cxx: number;
  readonly cxy: number;
  readonly cyy: number;
  /** Probabilities. */
  readonly moved: number;
  readonly defocused: number;
}

/** Values of a cell: cxx, cxy, cyy in px² of the octave, then the probabilities of the kinds. */
const VALUES = 6;

interface OctaveCells {
  readonly columns: number;
  readonly rows: number;
  /** NaN where no tile has been computed. */
  readonly values: Float32Array;
}

export class BlurField {
  private readonly octaves = new Map<number, OctaveCells>();

  /** Adds the estimates that a pyramid step made of a tile. */
  add(octave: number, grid: Grid, tile: Tile, extent: MapLayer, kind: MapLayer): void {
    const cells = this.octaves.get(octave) ?? emptyCells(grid);
    this.octaves.set(octave, cells);
    const [, , w = 0] = extent.shape;
    const plane = extent.data.length / 3;
    const { x, y, w: width, h: height } = tile.rect;
    const last = (from: number, length: number) => Math.floor((from + length - 1) / CELL);
    for (let row = Math.floor(y / CELL); row <= last(y, height); row++) {
      for (let column = Math.floor(x / CELL); column <= last(x, width); column++) {
        const from = (row - tile.y / CELL) * w + column - tile.x / CELL;
        const to = (row * cells.columns + column) * VALUES;
        for (let c = 0; c < 3; c++) {
          cells.values[to + c] = extent.data[c * plane + from]!;
          cells.values[to + 3 + c] = kind.data[c * plane + from]!;
        }
      }
    }
  }

  /**
   * Returns the blur at a pixel of the photo by the octaves from `finest` on; `null` = unknown.
   */
  at(x: number, y: number, finest = 0): CellBlur | null {
    let found: CellBlur | null = null;
    for (let octave = Math.max(-1, ...this.octaves.keys()); octave >= finest; octave--) {
      const cells = this.octaves.get(octave);
      if (cells === undefined) continue;
      const side = CELL * 2 ** octave;
      const column = Math.min(cells.columns - 1, Math.floor(x / side));
      const row = Math.min(cells.rows - 1, Math.floor(y / side));
      const at = (row * cells.columns + column) * VALUES;
      const [cxx, cxy, cyy, , moved, defocused] = cells.values.subarray(at, at + VALUES);
      if (Number.isNaN(cxx)) continue;
      if (found !== null && extentOf(found) > LONGEST * 2 ** octave) break;
      const scale = 4 ** octave;
      found = {
        ...{ cxx: cxx! * scale, cxy: cxy! * scale, cyy: cyy! * scale },
        ...{ moved: moved!, defocused: defocused! },
      };
    }
    return found;
  }

  /** Returns the share of the known places in `rect` (photo px) that are moved; `null` = none. */
  movedShare({ x, y, w, h }: Rect): number | null {
    const step = 2 * CELL;
    let [known, moved] = [0, 0];
    for (let py = y + Math.min(step, h) / 2; py < y + h; py += step) {
      for (let px = x + Math.min(step, w) / 2; px < x + w; px += step) {
        const blur = this.at(px, py);
        if (blur === null) continue;
        known++;
        if (blur.moved >= 0.5) moved++;
      }
    }
    return known === 0 ? null : moved / known;
  }

  /** Yields the blur of the cells over `rect` (photo pixels), by the octaves from `finest` on. */
  *over(rect: Rect, finest = 0): Generator<CellBlur> {
    const side = CELL * 2 ** finest;
    for (let y = rect.y + side / 2; y < rect.y + rect.h; y += side) {
      for (let x = rect.x + side / 2; x < rect.x + rect.w; x += side) {
        const blur = this.at(x, y, finest);
        if (blur !== null) yield blur;
      }
    }
  }
}

/** Returns √(12 λ₁): the length in pixels of a straight, even path with this covariance. */
export function extentOf({ cxx, cxy, cyy }: Pick<CellBlur, 'cxx' | 'cxy' | 'cyy'>): number {
  const spread = Math.hypot((cxx - cyy) / 2, cxy);
  return Math.sqrt(12 * Math.max(0, (cxx + cyy) / 2 + spread));
}

/** Returns the direction of the path in radians, -π/2..π/2, from the x axis to the y axis. */
export function directionOf({ cxx, cxy, cyy }: Pick<CellBlur, 'cxx' | 'cxy' | 'cyy'>): number {
  return Math.atan2(2 * cxy, cxx - cyy) / 2;
}

function emptyCells({ width, height }: Grid): OctaveCells {
  const columns = Math.ceil(width / CELL);
  const rows = Math.ceil(height / CELL);
  return { columns, rows, values: new Float32Array(columns * rows * VALUES).fill(NaN) };
}
