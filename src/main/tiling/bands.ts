/** Walks over a part of the photo in bands of rows, with the data of the tiles in each. */
import { intersect, overlaps } from '../../shared/core/geometry.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Grid, Tile } from './grid.js';

/** Some rows of the window, and the tiles that contribute to them. */
interface Band<T> {
  /** In pixels of the photo. */
  readonly rect: Rect;
  readonly parts: readonly (readonly [Tile, T])[];
}

/**
 * Yields bands of `rows` rows, which bound the memory of their sums. Reads each tile's data once,
 * for the first band that needs it, and keeps it until the last; tiles without data are left out.
 */
export function* bandsOf<T>(
  { tiles }: Grid,
  window: Rect,
  rows: number,
  read: (tile: number) => T | null | undefined,
): Generator<Band<T>> {
  const loaded = new Map<Tile, T>();
  for (let y = window.y; y < window.y + window.h; y += rows) {
    const rect = intersect(window, { ...window, y, h: rows });
    const parts: [Tile, T][] = [];
    for (const tile of tiles) {
      const data = overlaps(tile.rect, rect) ? (loaded.get(tile) ?? read(tile.index)) : null;
      if (data) parts.push([tile, data]);
      if (data) loaded.set(tile, data);
      else loaded.delete(tile);
    }
    yield { rect, parts };
  }
}
