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
  /** Index of the tile that estimated each cell. */
  readonly owners: Uint32Array;
}

export class BlurField {
  /** Cells by octave; `undefined` = none of its tiles has been computed. */
  private readonly octaves: (OctaveCells | undefined)[] = [];

  /**
   * Adds the estimates that a pyramid step made of a tile; returns the part of the photo that they
   * cover. Where tiles overlap the first of the grid counts, whatever their order.
   */
  add(octave: number, grid: Grid, tile: Tile, extent: MapLayer, kind: MapLayer): Rect {
    const cells = (this.octaves[octave] ??= emptyCells(grid));
    const { columns, values, owners } = cells;
    const [, , width = 0] = extent.shape;
    const plane = extent.data.length / 3;
    const { x, y, w, h } = tile.rect;
    const [left, right] = [Math.floor(x / CELL), Math.ceil((x + w) / CELL)];
    const [top, bottom] = [Math.floor(y / CELL), Math.ceil((y + h) / CELL)];
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const cell = row * columns + column;
        if (owners[cell]! < tile.index) continue;
        owners[cell] = tile.index;
        const from = (row - tile.y / CELL) * width + column - tile.x / CELL;
        for (let c = 0; c < 3; c++) {
          values[cell * VALUES + c] = extent.data[c * plane + from]!;
          values[cell * VALUES + 3 + c] = kind.data[c * plane + from]!;
        }
      }
    }
    const side = CELL * 2 ** octave;
    const size = { w: (right - left) * side, h: (bottom - top) * side };
    return { x: left * side, y: top * side, ...size };
  }

  /**
   * Returns the blur at a pixel of the photo by the octaves from `finest` on; `null` = unknown.
   */
  at(x: number, y: number, finest = 0): CellBlur | null {
    let found: CellBlur | null = null;
    // Read thousands of times for each tile that is displayed.
    for (let octave = this.octaves.length - 1; octave >= finest; octave--) {
      const cells = this.octaves[octave];
      if (cells === undefined) continue;
      const { columns, rows, values } = cells;
      const side = CELL * 2 ** octave;
      const column = Math.min(columns - 1, Math.floor(x / side));
      const row = Math.min(rows - 1, Math.floor(y / side));
      const cell = (row * columns + column) * VALUES;
      const cxx = values[cell]!;
      if (Number.isNaN(cxx)) continue;
      if (found !== null && extentOf(found) > LONGEST * 2 ** octave) break;
      const scale = 4 ** octave;
      found = {
        ...{ cxx: cxx * scale, cxy: values[cell + 1]! * scale, cyy: values[cell + 2]! * scale },
        ...{ moved: values[cell + 4]!, defocused: values[cell + 5]! },
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
  const cells = columns * rows;
  const values = new Float32Array(cells * VALUES).fill(NaN);
  return { columns, rows, values, owners: new Uint32Array(cells).fill(cells) };
}
