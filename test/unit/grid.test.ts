import { describe, expect, it } from 'vitest';
import { planGrid, WEIGHT_ONE, type Tile } from '../../src/main/tiling/grid.js';
import type { ManifestTile } from '../../src/shared/contracts/manifest.js';

const TILE: ManifestTile = {
  multipleOf: 16,
  min: 128,
  preferred: 512,
  max: 1024,
  overlap: 64,
  fixed: false,
};

/** Returns the different sums of the weights of a row or column of tiles over the photo. */
function sums(length: number, lanes: readonly { from: number; weights: Uint8Array }[]) {
  const total = new Uint16Array(length);
  for (const { from, weights } of lanes) {
    expect(from + weights.length).toBeLessThanOrEqual(length);
    weights.forEach((weight, k) => (total[from + k]! += weight));
  }
  return new Set(total);
}

const columnsOf = (tiles: readonly Tile[]) =>
  tiles
    .filter(({ y }) => y === 0)
    .map(({ x, rect, across }) => ({ start: x, from: rect.x, weights: across }));
const rowsOf = (tiles: readonly Tile[]) =>
  tiles.filter(({ x }) => x === 0).map(({ rect, down }) => ({ from: rect.y, weights: down }));

describe('the grid', () => {
  it('has weights that sum to one at every size', () => {
    for (const length of [1, 2, 15, 16, 17, 63, 64, 65, 127, 129, 500, 511, 513, 720, 1281, 4001]) {
      for (const tile of [TILE, { ...TILE, overlap: 0 }, { ...TILE, preferred: 128, max: 128 }]) {
        const grid = planGrid(length, 700, tile);
        const once = new Set([WEIGHT_ONE]);
        expect(sums(length, columnsOf(grid.tiles)), `${length}`).toEqual(once);
        expect(sums(700, rowsOf(grid.tiles))).toEqual(once);
      }
    }
  });

  it('blends only in the inner half of the overlap', () => {
    const { tiles, tileWidth } = planGrid(3000, 512, TILE);
    const columns = columnsOf(tiles);
    columns.slice(1).forEach(({ start, from }, i) => {
      const before = columns[i]!;
      expect(from - start).toBeGreaterThanOrEqual(16);
      const end = before.from + before.weights.length;
      expect(before.start + tileWidth - end).toBeGreaterThanOrEqual(16);
    });
  });

  it('has tiles of one shape, at allowed multiples and within the limits', () => {
    for (const [w, h] of [
      [1280, 720],
      [6000, 4000],
      [40, 9000],
      [1, 1],
      [130, 131],
    ] as const) {
      const grid = planGrid(w, h, TILE);
      for (const side of [grid.tileWidth, grid.tileHeight]) {
        expect(side % 16).toBe(0);
        expect(side).toBeGreaterThanOrEqual(128);
        expect(side).toBeLessThanOrEqual(1024);
      }
      for (const tile of grid.tiles) expect([tile.x % 16, tile.y % 16]).toEqual([0, 0]);
    }
  });

  it('adds little padding', () => {
    const share = (w: number, h: number) => {
      const grid = planGrid(w, h, TILE);
      return (grid.tiles.length * grid.tileWidth * grid.tileHeight) / (w * h);
    };
    expect(share(1280, 720)).toBeLessThan(1.25);
    expect(share(1920, 1080)).toBeLessThan(1.3);
    expect(share(6000, 4000)).toBeLessThan(1.3);
    expect(planGrid(500, 400, TILE).tiles).toHaveLength(1);
  });

  it('uses a fixed shape and a requested side', () => {
    expect(planGrid(40, 40, { ...TILE, fixed: true }).tileWidth).toBe(512);
    expect(planGrid(2000, 2000, TILE, 250).tileWidth).toBe(256);
    expect(planGrid(2000, 2000, TILE, 4000).tileWidth).toBe(1024);
  });
});
