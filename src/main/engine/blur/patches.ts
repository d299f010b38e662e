/** Which parts of a photo are looked at: a regular grid of squares at native resolution, since scaling down hides blur. */

import { clamp } from '../../../shared/core/math.js';

/** About so many, whatever the photo's size: what they cost is what a photo costs. */
const PATCHES = 48;

export interface PatchGrid {
  readonly columns: number;
  readonly rows: number;
  readonly side: number;
  /** Row by row. A photo that is smaller than a patch has one, which reaches over its borders. */
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

/** Parts of about a quarter of the photo, overlapping by half: indices of their patches. */
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

/** Each patch in the middle of its cell. */
function starts(length: number, side: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    Math.max(0, Math.round(((i + 0.5) * length) / count - side / 2)),
  );
}
