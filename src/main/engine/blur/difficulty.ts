/** Reads a network's difficulty map. */
import type { Grid, Tile } from '../tiling/grid.js';

/** Returns the share of a map's cells above `limit`, within the part that the tile contributes. */
export function shareAbove(
  map: { readonly data: Int16Array | Float32Array; readonly shape: readonly number[] },
  tile: Tile,
  grid: Grid,
  limit: number,
): number {
  const [, h = 1, w = 1] = map.shape;
  const span = (from: number, length: number, side: number, cells: number): [number, number] => [
    Math.floor((from * cells) / side),
    Math.ceil(((from + length) * cells) / side),
  ];
  const [left, right] = span(tile.rect.x - tile.x, tile.rect.w, grid.tileWidth, w);
  const [top, bottom] = span(tile.rect.y - tile.y, tile.rect.h, grid.tileHeight, h);
  let above = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) if (map.data[y * w + x]! > limit) above++;
  }
  return above / Math.max(1, (right - left) * (bottom - top));
}
