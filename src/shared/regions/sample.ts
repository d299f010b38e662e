/** Layers of grids stretched over the photo: imported masks, and maps above a threshold. */
import type { Rect } from '../contracts/restore.js';
import { decodeGrid, type GridData } from './grid-data.js';
import { FULL, frameBounds, intersect, type Frame, type Layer } from './pixels.js';

/**
 * Returns the layer of a mask: linear between cells where it is stretched, their mean where shrunk.
 */
export function bitmapLayer(map: GridData, frame: Frame, window: Rect): Layer {
  const bounds = intersect(window, frameBounds(frame));
  const sampler = new GridSampler(map, frame, bounds.x, bounds.w);
  const values = new Float64Array(bounds.w);
  return {
    bounds,
    row(y, x0, x1, out) {
      sampler.row(y, values);
      for (let x = x0; x < x1; x++) out[x - x0] = Math.round(values[x - bounds.x]! * (FULL / 255));
    },
  };
}

/** Returns the layer where a map is at least `threshold` × white. Its outline is one pixel wide. */
export function thresholdLayer(
  { map, threshold }: { readonly map: GridData; readonly threshold: number },
  frame: Frame,
  window: Rect,
): Layer {
  const bounds = intersect(window, frameBounds(frame));
  const level = threshold * 255;
  // One more pixel on each side gives the map's slope.
  const sampler = new GridSampler(map, frame, bounds.x - 1, bounds.w + 2);
  let rows = [0, 1, 2].map(() => ({ y: NaN, values: new Float64Array(bounds.w + 2) }));
  const rowAt = (y: number): Float64Array => {
    const known = rows.find((row) => row.y === y);
    if (known) return known.values;
    const oldest = rows[0]!;
    rows = [...rows.slice(1), oldest];
    oldest.y = y;
    sampler.row(y, oldest.values);
    return oldest.values;
  };
  return {
    bounds,
    row(y, x0, x1, out) {
      const [above, here, below] = [rowAt(y - 1), rowAt(y), rowAt(y + 1)];
      for (let x = x0; x < x1; x++) {
        const i = x - bounds.x + 1;
        const across = (here[i + 1]! - here[i - 1]!) / 2;
        const down = (below[i]! - above[i]!) / 2;
        const slope = Math.sqrt(across * across + down * down);
        out[x - x0] = Math.round(FULL * step(here[i]! - level, slope, level));
      }
    },
  };
}

function step(excess: number, slope: number, level: number): number {
  if (level === 0) return 1;
  if (slope < 1e-6) return excess >= 0 ? 1 : 0;
  return Math.min(1, Math.max(0, 0.5 + excess / slope));
}

/** Cells that contribute to one pixel along one axis, with their weights. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

class GridSampler {
  readonly #values: Uint8Array;
  readonly #columns: readonly Taps[];
  readonly #rowTaps: (y: number) => Taps;
  readonly #width: number;
  /** First column of the grid that is needed. */
  readonly #from: number;
  readonly #sums: Float64Array;

  constructor(map: GridData, { photo, scale }: Frame, x: number, w: number) {
    this.#values = decodeGrid(map);
    this.#width = map.width;
    const across = map.width / (photo.width * scale);
    const down = map.height / (photo.height * scale);
    this.#columns = Array.from({ length: w }, (_, i) => tapsAt(x + i, across, map.width));
    this.#rowTaps = (y) => tapsAt(y, down, map.height);
    this.#from = this.#columns[0]?.first ?? 0;
    const last = this.#columns.at(-1);
    this.#sums = new Float64Array(last ? last.first + last.weights.length - this.#from : 0);
  }

  /** Writes the values 0..255 of a row of pixels. */
  row(y: number, out: Float64Array): void {
    const sums = this.#sums.fill(0);
    const { first, weights } = this.#rowTaps(y);
    weights.forEach((weight, k) => {
      const start = (first + k) * this.#width + this.#from;
      for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + weight * this.#values[start + i]!;
    });
    this.#columns.forEach((taps, i) => {
      let sum = 0;
      const start = taps.first - this.#from;
      for (let k = 0; k < taps.weights.length; k++) sum += taps.weights[k]! * sums[start + k]!;
      out[i] = sum;
    });
  }
}

/** `step`: cells per pixel. Pixels beyond the grid use its outermost cells. */
function tapsAt(pixel: number, step: number, cells: number): Taps {
  if (step <= 1) {
    const place = Math.min(cells - 1, Math.max(0, (pixel + 0.5) * step - 0.5));
    const first = Math.floor(place);
    const share = place - first;
    return { first, weights: share === 0 ? [1] : [1 - share, share] };
  }
  const from = Math.min(cells - 1, Math.max(0, pixel * step));
  const to = Math.min(cells, Math.max(from + Math.min(1, step), (pixel + 1) * step));
  const first = Math.floor(from);
  const count = Math.max(1, Math.ceil(to) - first);
  const weights = Array.from({ length: count }, (_, k) => {
    const cell = first + k;
    return (Math.min(to, cell + 1) - Math.max(from, cell)) / (to - from);
  });
  return { first, weights };
}
