import { describe, expect, it } from 'vitest';
import { planGrid } from '../../src/main/tiling/grid.js';
import { orient, orientations, restoreOrientation } from '../../src/main/tiling/orientation.js';
import { extractTile, quantiseResidual, reflect } from '../../src/main/tiling/pixels.js';
import { decodeSrgb, encodeSrgb } from '../../src/main/imaging/index.js';
import type { ManifestTile } from '../../src/shared/contracts/manifest.js';

const TILE: ManifestTile = {
  multipleOf: 16,
  min: 32,
  preferred: 64,
  max: 64,
  overlap: 16,
  fixed: false,
};
const SRGB = { range: [0, 1] as [number, number], channels: 'rgb', transfer: 'srgb' } as const;

function noise(width: number, height: number) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251);
  return { width, height, data };
}

describe('reflection', () => {
  it('repeats about the edge pixels', () => {
    expect([-2, -1, 0, 1, 2, 3, 4, 5, 6].map((i) => reflect(i, 3))).toEqual([
      2, 1, 0, 1, 2, 1, 0, 1, 2,
    ]);
    expect([-5, 0, 9].map((i) => reflect(i, 1))).toEqual([0, 0, 0]);
  });

  it('fills tiles of photos from 1×1 to 63×63', () => {
    for (let side = 1; side <= 63; side += 2) {
      const image = noise(side, 64 - side);
      const grid = planGrid(image.width, image.height, TILE);
      for (const tile of grid.tiles) {
        const data = extractTile(image, grid, tile, SRGB);
        expect(data).toHaveLength(3 * grid.tileWidth * grid.tileHeight);
        expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
      }
    }
  });
});

describe('residuals', () => {
  it.each([
    SRGB,
    { range: [-1, 1] as [number, number], channels: 'bgr', transfer: 'srgb' } as const,
    { range: [0, 255] as [number, number], channels: 'rgb', transfer: 'linear' } as const,
  ])('of an unchanged tile are exactly 0: %j', (format) => {
    const image = noise(150, 90);
    const grid = planGrid(150, 90, TILE);
    for (const tile of grid.tiles) {
      const same = extractTile(image, grid, tile, format);
      expect(quantiseResidual(same, image, grid, tile, format).every((r) => r === 0)).toBe(true);
    }
  });

  it('are exact with 16 bits', () => {
    const data = Uint16Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 65536);
    const image = { width: 64, height: 64, data };
    const grid = planGrid(64, 64, TILE);
    const tile = grid.tiles[0]!;
    const same = extractTile(image, grid, tile, SRGB);
    const residual = quantiseResidual(same, image, grid, tile, SRGB);
    expect(residual.every((r) => r === 0)).toBe(true);
  });
});

describe('sRGB', () => {
  it('is decoded and encoded without loss', () => {
    for (let i = 0; i <= 255; i++) expect(encodeSrgb(decodeSrgb(i / 255)) * 255).toBeCloseTo(i, 9);
  });
});

describe('orientations', () => {
  it('are inverted exactly', () => {
    for (const [width, height] of [
      [4, 4],
      [6, 4],
    ] as const) {
      const data = Float32Array.from({ length: 3 * width * height }, (_, i) => i);
      const seen = new Set<string>();
      for (const copy of orientations(width, height)) {
        const turned = orient({ data, channels: 3, width, height }, copy);
        seen.add(turned.data.join());
        expect(restoreOrientation(turned, copy).data).toEqual(data);
      }
      expect(seen.size).toBe(width === height ? 8 : 4);
    }
  });
});
