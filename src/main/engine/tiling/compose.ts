/**
 * Composes tiles into a photo by integer arithmetic on stored residuals: the result depends neither
 * on the order of the tiles nor on crashes, and a pixel whose residual or mask is 0 keeps its
 * bytes.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import { whiteOf, type Samples } from '../../imaging/index.js';
import { axisWeights, WEIGHT_ONE, type Grid, type Tile } from './grid.js';
import { RESIDUAL_SCALE, type RgbImage } from './pixels.js';

/** Rows composed at once: bounds the accumulator to `rows * width * 3 * 4` bytes. */
const BAND = 64;

export interface Residuals {
  /** Returns a tile's residual over `tile.rect`, interleaved; `null` = the tile is unchanged. */
  residual(tile: number): Int16Array | null;
}

export interface ComposeOptions {
  /** 8 bit, at the photo's size; `null` = everywhere. */
  readonly mask: Uint8Array | null;
  readonly strength: number;
}

/**
 * Writes source + mask × strength × residual into `target`, which may be the source's own array:
 * every pixel is read once, before it is written.
 */
export function compose(
  source: RgbImage,
  target: Samples,
  grid: Grid,
  residuals: Residuals,
  options: ComposeOptions,
): void {
  const whole = { x: 0, y: 0, w: source.width, h: source.height };
  composeWindow(source, target, whole, grid, residuals, options);
}

/** Composes the part `window` of the photo into `target`, which has its size. */
export function composeWindow(
  source: RgbImage,
  target: Samples,
  window: Rect,
  grid: Grid,
  residuals: Residuals,
  options: ComposeOptions,
): void {
  const bands = new ResidualBands(grid, residuals, window);
  const samples = window.w * 3;
  for (let top = 0; top < window.h; top += BAND) {
    const rows = Math.min(BAND, window.h - top);
    const sums = bands.sum(window.y + top, rows);
    for (let row = 0; row < rows; row++) {
      const from = ((window.y + top + row) * source.width + window.x) * 3;
      const to = (top + row) * samples;
      if (sums !== null) {
        applyRow(source, target, { sums, at: row * samples, from, to, count: samples }, options);
      } else if (target !== source.data) {
        target.set(source.data.subarray(from, from + samples), to);
      }
    }
  }
}

/** First index of a row in the sums (`at`), the source and the target, and its samples. */
interface Row {
  readonly sums: Int32Array;
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

function applyRow(
  source: RgbImage,
  target: Samples,
  { sums, at, from, to, count }: Row,
  { mask, strength }: ComposeOptions,
): void {
  const { data } = source;
  const white = whiteOf(source.data);
  const unit = (strength * (white / 255)) / (RESIDUAL_SCALE * WEIGHT_ONE * WEIGHT_ONE);
  for (let i = 0; i < count; i += 3) {
    const share = mask === null ? unit : (unit * mask[(from + i) / 3]!) / 255;
    for (let c = i; c < i + 3; c++) {
      // Rounds positive values only; negative ones are clamped to 0 below.
      const value = (data[from + c]! + sums[at + c]! * share + 0.5) | 0;
      target[to + c] = value < 0 ? 0 : value > white ? white : value;
    }
  }
}

/** Adds up weighted residuals over a window, one band of its rows at a time. */
class ResidualBands {
  private readonly sums: Int32Array;
  /** Residuals of the tiles in the current band; each is read once. */
  private readonly cache = new Map<number, Int16Array | null>();
  private readonly columnWeights: readonly Uint8Array[];
  private readonly rowWeights: readonly Uint8Array[];

  constructor(
    private readonly grid: Grid,
    private readonly residuals: Residuals,
    private readonly window: Rect,
  ) {
    this.sums = new Int32Array(BAND * window.w * 3);
    this.columnWeights = grid.columns.starts.map((_, i) => axisWeights(grid.columns, i));
    this.rowWeights = grid.rows.starts.map((_, i) => axisWeights(grid.rows, i));
  }

  /** Returns the sums for rows [top, top + rows); `null` = no tile changed a pixel there. */
  sum(top: number, rows: number): Int32Array | null {
    let touched = false;
    for (const tile of this.grid.tiles) {
      const { x, y, w, h } = tile.rect;
      if (y + h <= top) this.cache.delete(tile.index);
      if (y + h <= top || y >= top + rows) continue;
      if (x + w <= this.window.x || x >= this.window.x + this.window.w) continue;
      const data = this.load(tile);
      if (data === null) continue;
      if (!touched) this.sums.fill(0);
      touched = true;
      this.add(tile, data, top, rows);
    }
    return touched ? this.sums : null;
  }

  private load(tile: Tile): Int16Array | null {
    const cached = this.cache.get(tile.index);
    if (cached !== undefined) return cached;
    const data = this.residuals.residual(tile.index);
    this.cache.set(tile.index, data);
    return data;
  }

  private add(tile: Tile, data: Int16Array, top: number, rows: number): void {
    const { x, y, w, h } = tile.rect;
    const across = this.columnWeights[tile.column]!;
    const down = this.rowWeights[tile.row]!;
    const first = Math.max(top, y);
    const last = Math.min(top + rows, y + h);
    const left = Math.max(x, this.window.x);
    const right = Math.min(x + w, this.window.x + this.window.w);
    for (let row = first; row < last; row++) {
      const weightY = down[row - tile.y]!;
      let to = ((row - top) * this.window.w + left - this.window.x) * 3;
      let from = ((row - y) * w + left - x) * 3;
      for (let column = left; column < right; column++) {
        const weight = weightY * across[column - tile.x]!;
        for (let c = 0; c < 3; c++, to++, from++) {
          this.sums[to] = this.sums[to]! + weight * data[from]!;
        }
      }
    }
  }
}
