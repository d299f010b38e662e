/** Grid of square patches at native resolution, because scaling down would hide blur. */

import { clamp } from '../../../shared/core/math.js';

/** Approximate number of patches of every photo, which makes the cost constant. */
const PATCHES = 48;

export interface PatchGrid {
  readonly columns: number;
  readonly rows: number;
  readonly side: number;
  /** Top-left corners, row by row. A patch may reach over the borders of a small photo. */
  readonly patches: readonly { readonly x: number; readonly y: number }[];
}

export function patchGrid(width: number, height: number, side: number): PatchGrid {
  const wanted = Math.sqrt((PATCHES * width) / height);
  const columns = clamp(Math.round(wanted), 1, Math.max(1, Math.floor(width / side)));
  const rows = clamp(Math.round(PATCHES / wanted), 1, Math.max(1, Math.floor(height / side)));
  const xs = starts(width, side, columns);
  const patches = starts(height, side, rows).flatMap((y) => xs.map((x) => ({ x, y })));
  return { columns, rows, side, patches };
}

/** Returns overlapping parts of about a quarter of the photo, as indices of their patches. */
export function windows(count: number, columns: number): number[][] {
  const rows = Math.ceil(count / columns);
  const spans = (length: number): [number, number][] => {
    const size = Math.ceil(length / 2);
    const step = Math.max(1, Math.floor(size / 2));
    const found: [number, number][] = [];
    for (let from = 0; from + size <= length; from += step) found.push([from, from + size]);
    return found;
  };
  return spans(rows).flatMap(([top, bottom]) =>
    spans(columns).map(([left, right]) => {
      const indices: number[] = [];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) indices.push(y * columns + x);
      }
      return indices;
    }),
  );
}

/** Centres each patch in its cell. */
function starts(length: number, side: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.max(0, Math.round(((i + 0.5) * length) / count - side / 2)),
  );
}
