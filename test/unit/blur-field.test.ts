import { describe, expect, it } from 'vitest';
import { BlurField, directionOf, extentOf } from '../../src/main/blur/blur-field.js';
import { planGrid, type Grid } from '../../src/main/tiling/grid.js';

const TILE = { multipleOf: 8, min: 32, max: 256, preferred: 128, overlap: 16, fixed: false };

/** Adds the same estimate to every cell of an octave of a 256 × 256 photo. */
function addOctave(field: BlurField, octave: number, length: number, kind = [0, 1, 0]): Grid {
  const side = 256 >> octave;
  const grid = planGrid(side, side, TILE);
  for (const tile of grid.tiles) {
    const shape = [3, grid.tileHeight / 8, grid.tileWidth / 8];
    const plane = shape[1]! * shape[2]!;
    const layer = (values: readonly number[]) => ({
      shape,
      data: Float32Array.from({ length: 3 * plane }, (_, i) => values[Math.floor(i / plane)]!),
    });
    // A straight path along x.
    field.add(octave, grid, tile, layer([length ** 2 / 12, 0, 0]), layer(kind));
  }
  return grid;
}

describe('the blur of a cell', () => {
  it('is unknown before any octave was run', () => {
    expect(new BlurField().at(10, 10)).toBeNull();
  });

  it('is the estimate of the finest octave at which it is short enough, in photo pixels', () => {
    const field = new BlurField();
    addOctave(field, 2, 3);
    expect(extentOf(field.at(100, 50)!)).toBeCloseTo(12, 4);
    addOctave(field, 1, 7);
    addOctave(field, 0, 13);
    expect(extentOf(field.at(100, 50)!)).toBeCloseTo(13, 4);
    expect(extentOf(field.at(100, 50, 1)!)).toBeCloseTo(14, 4);
  });

  it('is that of the first of two tiles that overlap, whatever their order', () => {
    const estimates = [0, 1].map((first) => {
      const field = new BlurField();
      const grid = planGrid(256, 256, TILE);
      const [left, right] = [grid.tiles[0]!, grid.tiles[1]!];
      const shape = [3, grid.tileHeight / 8, grid.tileWidth / 8];
      const length = 3 * shape[1]! * shape[2]!;
      const add = (tile: typeof left, value: number) => {
        const layer = { shape, data: new Float32Array(length).fill(value) };
        field.add(0, grid, tile, layer, layer);
      };
      if (first === 0) add(left, 0.25);
      add(right, 0.75);
      if (first === 1) add(left, 0.25);
      return [right.rect.x + 1, left.rect.w + 9].map((x) => field.at(x, 10)?.moved);
    });
    expect(estimates).toEqual([
      [0.25, 0.75],
      [0.25, 0.75],
    ]);
  });

  it('keeps the estimate of a coarse octave for long blur', () => {
    const field = new BlurField();
    addOctave(field, 2, 15);
    addOctave(field, 1, 3);
    // 30 px at octave 1 are too long to be read there.
    expect(extentOf(field.at(10, 10)!)).toBeCloseTo(60, 4);
  });

  it('counts as moved where that is likely', () => {
    const rect = { x: 0, y: 0, w: 64, h: 48 };
    const field = new BlurField();
    expect(field.movedShare(rect)).toBeNull();
    addOctave(field, 0, 8, [0.4, 0.6, 0]);
    expect(field.movedShare(rect)).toBe(1);
    const still = new BlurField();
    addOctave(still, 0, 8, [0.6, 0.4, 0]);
    expect(still.movedShare(rect)).toBe(0);
  });

  it('has a direction and probabilities', () => {
    expect(directionOf({ cxx: 4, cxy: 0, cyy: 1 })).toBeCloseTo(0);
    expect(Math.abs(directionOf({ cxx: 1, cxy: 0, cyy: 4 }))).toBeCloseTo(Math.PI / 2);
    expect(directionOf({ cxx: 2, cxy: 1, cyy: 2 })).toBeCloseTo(Math.PI / 4);
    const field = new BlurField();
    addOctave(field, 0, 8, [0.2, 0.5, 0.3]);
    const blur = field.at(255, 255)!;
    expect([blur.moved, blur.defocused]).toEqual([0.5, Math.fround(0.3)]);
    expect([...field.over({ x: 0, y: 0, w: 32, h: 16 })]).toHaveLength(8);
  });
});
