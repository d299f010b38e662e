import { describe, expect, it } from 'vitest';
import { axisWeights, planGrid, WEIGHT_ONE, type Axis } from '../../src/main/engine/tiling/grid.js';
import type { ManifestTile } from '../../src/shared/contracts/manifest.js';

const TILE: ManifestTile = {
  multipleOf: 16,
  min: 128,
  preferred: 512,
  max: 1024,
  overlap: 64,
  fixed: false,
};

function sums(axis: Axis): Set<number> {
  const total = new Uint16Array(axis.length);
  axis.starts.forEach((start, i) => {
    axisWeights(axis, i).forEach((weight, k) => {
      if (weight === 0) return;
      expect(start + k).toBeLessThan(axis.length);
      total[start + k] = total[start + k]! + weight;
    });
  });
  return new Set(total);
}

describe('the grid', () => {
  it('has weights that sum to one at every size', () => {
    for (const length of [1, 2, 15, 16, 17, 63, 64, 65, 127, 129, 500, 511, 513, 720, 1281, 4001]) {
      for (const tile of [TILE, { ...TILE, overlap: 0 }, { ...TILE, preferred: 128, max: 128 }]) {
        const grid = planGrid(length, 700, tile);
        expect(sums(grid.columns), `${length}`).toEqual(new Set([WEIGHT_ONE]));
        expect(sums(grid.rows)).toEqual(new Set([WEIGHT_ONE]));
      }
    }
  });

  it('blends only in the inner half of the overlap', () => {
    const { columns, tileWidth } = planGrid(3000, 512, TILE);
    columns.seams.forEach(({ start, width }, i) => {
      expect(start - columns.starts[i + 1]!).toBeGreaterThanOrEqual(16);
      expect(columns.starts[i]! + tileWidth - start - width).toBeGreaterThanOrEqual(16);
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
