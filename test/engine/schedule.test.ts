import { describe, expect, it } from 'vitest';
import {
  nextTile,
  TimeLeft,
  type OrderedTile,
  type Situation,
} from '../../src/main/engine/session/schedule.js';

interface DrawnTile extends OrderedTile {
  readonly smeared: number;
}

/** Four tiles in a row, 10 pixels wide. */
function tiles(change: Partial<Record<number, Partial<DrawnTile>>> = {}): DrawnTile[] {
  return [0, 1, 2, 3].map((index) => {
    const rect = { x: index * 10, y: 0, w: 10, h: 10 };
    return { index, level: 0, rect, hint: 0, smeared: 0, copies: 1, ...change[index] };
  });
}

/** Returns all tiles in the order of the work. */
function orderOf(tiles: readonly DrawnTile[], change: Partial<Situation> = {}): number[] {
  const smeared = ({ index }: OrderedTile) => tiles.find((tile) => tile.index === index)!.smeared;
  const rest = { view: null, wholeFrom: Infinity, dependencies: () => [], smeared, ...change };
  const next = nextTile({ ...rest, tiles });
  if (next === null) return [];
  return [
    next.index,
    ...orderOf(
      tiles.filter((tile) => tile !== next),
      change,
    ),
  ];
}

describe('the order of work', () => {
  it('is the viewport, then the rest', () => {
    expect(orderOf(tiles(), { view: { x: 20, y: 0, w: 20, h: 10 } })).toEqual([2, 3, 0, 1]);
    expect(orderOf(tiles())).toEqual([0, 1, 2, 3]);
  });

  it('prefers hinted tiles, then smeared ones, in each group', () => {
    const view = { x: 10, y: 0, w: 30, h: 10 };
    const some = tiles({ 0: { smeared: 1 }, 2: { smeared: 0.5 }, 3: { hint: 0.1 } });
    expect(orderOf(some, { view })).toEqual([3, 2, 1, 0]);
    expect(orderOf(some)).toEqual([3, 0, 2, 1]);
  });

  it('begins with the small octaves of the whole photo, the coarsest first', () => {
    const octaves = tiles({ 2: { level: 3 }, 3: { level: 4 } });
    expect(orderOf(octaves, { wholeFrom: 3 })).toEqual([3, 2, 0, 1]);
  });

  it('computes coarser tiles just before the tiles that depend on them', () => {
    const octaves = tiles({ 2: { level: 1 }, 3: { level: 1 } });
    const view = { x: 10, y: 0, w: 10, h: 10 };
    const dependencies = ({ index }: OrderedTile) => ({ 0: [2], 1: [3] })[index] ?? [];
    expect(orderOf(octaves, { view, dependencies })).toEqual([3, 1, 2, 0]);
  });
});

describe('the time left', () => {
  it('is unknown until a tile has finished, then counts copies', () => {
    const times = new TimeLeft();
    const [one, four] = tiles({ 1: { copies: 4 } });
    expect(times.seconds([one!])).toBeNull();
    times.note(one!, 1000);
    expect(times.seconds([one!, four!])).toBeCloseTo(5, 6);
    times.note(four!, 2000);
    expect(times.seconds([one!, four!])).toBeCloseTo(3, 6);
    expect(times.seconds([])).toBe(0);
  });
});
