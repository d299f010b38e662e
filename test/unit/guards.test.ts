import { describe, expect, it } from 'vitest';
import { planGrid } from '../../src/main/tiling/grid.js';
import { checkOutput, sourceCells } from '../../src/main/tiling/guards.js';
import type { RgbImage } from '../../src/main/imaging/index.js';
import { extractTile } from '../../src/main/tiling/pixels.js';
import { tileSharpness } from '../../src/main/blur/sharpness.js';
import type { ManifestTile } from '../../src/shared/contracts/manifest.js';

const TILE: ManifestTile = {
  multipleOf: 16,
  min: 128,
  preferred: 128,
  max: 128,
  overlap: 16,
  fixed: false,
};
const SRGB = { range: [0, 1] as [number, number], channels: 'rgb', transfer: 'srgb' } as const;
const SIDE = 128;

/** Draws blocks of random brightness and colour with sharp edges, none clipped. */
function blocks(cell: number, seed = 1): RgbImage {
  const data = new Uint8Array(SIDE * SIDE * 3);
  const value = (x: number, y: number, c: number) => {
    const hash = Math.imul(
      Math.floor(x / cell) * 374761393 + Math.floor(y / cell) * 668265263,
      seed,
    );
    return 40 + (((hash ^ (hash >>> 13)) >>> 3) % 140) + c * 20;
  };
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    data[i] = value(pixel % SIDE, Math.floor(pixel / SIDE), i % 3);
  }
  return { width: SIDE, height: SIDE, data };
}

/** Smears a picture by `length` pixels along x. */
function smear(image: RgbImage, length: number): RgbImage {
  const data = image.data.map((_, i) => {
    const x = Math.floor(i / 3) % SIDE;
    let sum = 0;
    for (let k = 0; k < length; k++) sum += image.data[i - 3 * Math.min(x, k)]!;
    return Math.round(sum / length);
  });
  return { ...image, data };
}

function check(image: RgbImage, change: (value: number, i: number) => number) {
  const grid = planGrid(SIDE, SIDE, TILE);
  const tile = grid.tiles[0]!;
  const output = extractTile(image, grid, tile, SRGB).map(change);
  return checkOutput(output, sourceCells(image, grid, tile), grid, SRGB);
}

const flat: RgbImage = {
  width: SIDE,
  height: SIDE,
  data: new Uint8Array(SIDE * SIDE * 3).map((_, i) => [140, 120, 90][i % 3]!),
};
const PLANE = SIDE * SIDE;

describe('the guards', () => {
  it('accept the changes of a restoration', () => {
    expect(check(flat, (v) => v).ok).toBe(true);
    expect(check(blocks(4), (v, i) => v + (i % 2 === 0 ? 0.03 : -0.03)).ok).toBe(true);
    const sharp = blocks(16);
    const grid = planGrid(SIDE, SIDE, TILE);
    const tile = grid.tiles[0]!;
    const restored = extractTile(sharp, grid, tile, SRGB);
    // The smear moved light by up to 12 pixels; undoing it moves it back.
    const source = sourceCells(smear(sharp, 24), grid, tile);
    expect(checkOutput(restored, source, grid, SRGB).ok).toBe(true);
  });

  it('reject broken outputs', () => {
    expect(check(flat, (v, i) => (i === 777 ? NaN : v)).ok).toBe(false);
    expect(check(flat, (v, i) => (i === 777 ? Infinity : v)).ok).toBe(false);
    expect(check(flat, () => 0).ok).toBe(false);
    expect(check(flat, (v) => v * 1.1).ok).toBe(false);
    expect(check(flat, (v) => v * 0.9).ok).toBe(false);
    const swapped = [90, 120, 140].map((v) => v / 255);
    expect(check(flat, (_, i) => swapped[Math.floor(i / PLANE)]!).ok).toBe(false);
    // One quarter is black.
    expect(check(blocks(4), (v, i) => (i % PLANE < PLANE / 4 ? 0 : v)).ok).toBe(false);
  });

  it('accept more light where the input is clipped', () => {
    const bright: RgbImage = { ...flat, data: flat.data.map(() => 255) };
    expect(check(bright, (v) => v * 1.2).ok).toBe(true);
  });
});

describe('the sharpness test', () => {
  const whole = { x: 0, y: 0, w: SIDE, h: SIDE };

  /** Adds a calm corner; without one, texture looks like noise. */
  const withCalm = (image: RgbImage): RgbImage => ({
    ...image,
    data: image.data.map((value, i) => (i % (SIDE * 3) < 120 && i < PLANE ? 100 : value)),
  });

  it('recognises crisp detail in all directions', () => {
    expect(tileSharpness(withCalm(blocks(5)), whole).sharp).toBe(true);
    expect(tileSharpness(blocks(5), whole).sharp).toBe(false);
  });

  it.each([3, 6, 16])('does not report a smear of %i pixels as sharp', (length) => {
    expect(tileSharpness(withCalm(smear(blocks(5), length)), whole).sharp).toBe(false);
  });

  it('stays undecided without detail', () => {
    expect(tileSharpness(flat, whole)).toMatchObject({ sharp: false, smeared: 0 });
    expect(
      tileSharpness({ width: 8, height: 8, data: new Uint8Array(192) }, { x: 0, y: 0, w: 8, h: 8 })
        .sharp,
    ).toBe(false);
  });
});
