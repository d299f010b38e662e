import { expect, it } from 'vitest';
import { DerivedTiles } from '../../src/main/engine/session/derived-tiles.js';

const place = (index: number) => ({ index, rect: { x: 100 * index, y: 0, w: 100, h: 100 } });
const CHANGE = Int16Array.of(1, 2, 3);

/** Returns the names of the tiles that had to be derived. */
function derived(kept: DerivedTiles, indices: readonly number[], change: Int16Array | null) {
  const asked: number[] = [];
  for (const index of indices) {
    const derive = () => {
      asked.push(index);
      return change;
    };
    expect(kept.get(place(index), 'latest', derive)).toBe(change);
  }
  return asked;
}

it('derives a tile once, an unchanged one too', () => {
  const kept = new DerivedTiles();
  expect(derived(kept, [0, 0], CHANGE)).toEqual([0]);
  expect(derived(kept, [1, 1], null)).toEqual([1]);
});

it('tells stages apart', () => {
  const kept = new DerivedTiles();
  kept.get(place(0), 1, () => null);
  expect(kept.get(place(0), 'latest', () => CHANGE)).toBe(CHANGE);
});

it('derives tiles again in the part of the photo that has changed', () => {
  const kept = new DerivedTiles();
  derived(kept, [0, 1, 2], CHANGE);
  kept.forget({ x: 150, y: 50, w: 10, h: 10 });
  expect(derived(kept, [0, 1, 2], CHANGE)).toEqual([1]);
});

it('keeps more unchanged tiles than changed ones', () => {
  const many = Array.from({ length: 100 }, (_, i) => i);
  const [changed, unchanged] = [new DerivedTiles(), new DerivedTiles()];
  derived(changed, many, CHANGE);
  derived(unchanged, many, null);
  expect(derived(changed, many.slice(0, 50), CHANGE)).toHaveLength(50);
  expect(derived(unchanged, many, null)).toEqual([]);
});
