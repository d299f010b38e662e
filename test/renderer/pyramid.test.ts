/** Pyramid levels, tiles, replacements and versions. */
import { describe, expect, it } from 'vitest';
import {
  children,
  chooseLevel,
  drawable,
  levelSize,
  parent,
  tileRect,
  tilesIn,
  Versions,
  type Cell,
} from '../../src/renderer/canvas/pyramid.js';

const photo = { width: 5001, height: 3001 };
const whole = { x: 0, y: 0, w: photo.width, h: photo.height };
const name = ({ level, column, row }: Cell): string => `${level}/${column}/${row}`;

describe('pyramid levels', () => {
  it.each([
    [4, 0],
    [1, 0],
    [0.51, 0],
    [0.5, 1],
    [0.3, 1],
    [0.25, 2],
    [0.2501, 2],
    [0.001, 4],
  ])('at scale %f use level %i', (scale, level) => {
    expect(chooseLevel(scale, 5)).toBe(level);
  });

  it('halve, rounded up', () => {
    expect(levelSize(photo, 0)).toEqual(photo);
    expect(levelSize(photo, 2)).toEqual({ width: 1251, height: 751 });
    expect(levelSize({ width: 1, height: 700 }, 3)).toEqual({ width: 1, height: 88 });
  });
});

describe('the tiles of a rectangle', () => {
  it.each([0, 1, 2, 3])('of level %i cover the photo without gap or overlap', (level) => {
    const rects = tilesIn(whole, photo, level).map((cell) => tileRect(photo, cell));
    const area = rects.reduce((sum, { w, h }) => sum + w * h, 0);
    expect(area).toBeCloseTo(photo.width * photo.height, 3);
    expect(Math.max(...rects.map(({ x, w }) => x + w))).toBeCloseTo(photo.width);
    expect(Math.max(...rects.map(({ y, h }) => y + h))).toBeCloseTo(photo.height);
  });

  it('are the visible ones without neighbours that only touch', () => {
    const cells = tilesIn({ x: 512, y: 0, w: 512, h: 100 }, photo, 0);
    expect(cells.map(name)).toEqual(['0/1/0']);
    expect(tilesIn({ x: 0, y: 0, w: 0, h: 0 }, photo, 0)).toEqual([]);
  });

  it('are sorted by distance to the focus', () => {
    const cells = tilesIn(whole, photo, 0, { x: 4000, y: 2000 });
    expect(name(cells[0]!)).toBe('0/7/3');
    expect(name(cells.at(-1)!)).toBe('0/0/0');
  });
});

describe('drawing in place of a tile', () => {
  const cell = { level: 1, column: 3, row: 2 };
  const drawn = (...there: string[]): string[] =>
    drawable(cell, 5, (one) => there.includes(name(one))).map(name);

  it('uses the tile itself if loaded', () => {
    expect(drawn('1/3/2', '2/1/1', '0/6/4')).toEqual(['1/3/2']);
  });

  it('uses the nearest coarser tile with finer ones above', () => {
    expect(drawn('4/0/0', '3/0/0', '0/7/5')).toEqual(['3/0/0', '0/7/5']);
  });

  it('draws nothing without loaded tiles', () => {
    expect(drawn('1/2/2')).toEqual([]);
  });

  it('covers the area of the tile', () => {
    for (const child of children(cell)) expect(parent(child)).toEqual(cell);
    expect(children({ level: 0, column: 0, row: 0 })).toEqual([]);
  });
});

describe('tile versions', () => {
  it('are the highest of the changed parts that a tile overlaps', () => {
    const versions = new Versions();
    versions.note({ x: 0, y: 0, w: 100, h: 100 }, 1);
    versions.note({ x: 100, y: 0, w: 100, h: 100 }, 2);
    versions.note({ x: 0, y: 0, w: 100, h: 100 }, 5);
    expect(versions.of({ x: 50, y: 50, w: 100, h: 10 })).toBe(5);
    expect(versions.of({ x: 100, y: 0, w: 10, h: 10 })).toBe(2);
    expect(versions.of({ x: 0, y: 100, w: 10, h: 10 })).toBe(0);
  });

  it('never decrease after a late event or the end of a run', () => {
    const versions = new Versions();
    const rect = { x: 0, y: 0, w: 10, h: 10 };
    versions.note(rect, 9);
    versions.note(rect, 3);
    expect(versions.of(rect)).toBe(9);
    versions.settle(7);
    expect(versions.of(rect)).toBe(9);
    expect(versions.of({ x: 50, y: 50, w: 1, h: 1 })).toBe(7);
  });
});
