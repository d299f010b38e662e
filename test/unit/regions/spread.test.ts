/** Feathering and growing compared with their definitions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlineDistances } from '../../../src/shared/regions/distance.js';
import { FULL } from '../../../src/shared/regions/pixels.js';
import type { RegionOperation } from '../../../src/shared/regions/index.js';
import { largestDifference, operation, regions, sum, whole } from './helpers.js';

const photo = { width: 120, height: 90 };
const half = { kind: 'rectangle', mode: 'add', x: 0, y: 0, w: 60, h: 90 } as const;
const disc = (r: number): RegionOperation => ({
  kind: 'ellipse',
  mode: 'add',
  x: 60 - r,
  y: 45 - r,
  w: 2 * r,
  h: 2 * r,
});

describe('feathering', () => {
  it.each([1, 0.5, 1.7])(
    'is a Gaussian with half the radius as standard deviation at scale %f',
    (scale) => {
      for (const radius of [3, 10, 24]) {
        const bytes = whole(regions(half, { kind: 'feather', radius }), photo, scale);
        const width = Math.ceil(120 * scale);
        for (let x = 0; x < width; x++) {
          const at = ((x + 0.5) / scale - 60) / (radius / 2);
          const difference = Math.abs(bytes[20 * width + x]! - 255 * (1 - normal(at)));
          // Boxes of three pixels can only roughly be a gaussian narrower than one.
          expect(difference).toBeLessThan((radius / 2) * scale < 1 ? 12 : 6);
        }
      }
    },
  );

  it('leaves flat areas unchanged, also at the edges of the photo', () => {
    const feather = { kind: 'feather', radius: 31.7 } as const;
    expect(new Set(whole(regions(feather), photo))).toEqual(new Set([255]));
    const bytes = whole(regions(half, feather), photo);
    expect(largestDifference(bytes.subarray(0, 120), bytes.subarray(89 * 120))).toBe(0);
  });

  it('of radius 0 changes nothing', () => {
    expect(whole(regions(half, { kind: 'feather', radius: 0 }), photo)).toEqual(
      whole(regions(half), photo),
    );
  });

  it('preserves the sum of coverage away from the edges', () => {
    const before = sum(whole(regions(disc(14)), photo));
    const after = sum(whole(regions(disc(14), { kind: 'feather', radius: 15 }), photo));
    expect(after / before).toBeCloseTo(1, 2);
  });
});

describe('distances to the outline', () => {
  it('equal those to the nearest crossing of a grid line', () => {
    const picture = fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
      .chain(([w, h]) =>
        fc.record({
          w: fc.constant(w),
          h: fc.constant(h),
          // Mostly full or empty, some in between.
          data: fc
            .array(fc.oneof(fc.constantFrom(0, FULL), fc.integer({ min: 0, max: FULL })), {
              minLength: w * h,
              maxLength: w * h,
            })
            .map((values) => Uint16Array.from(values)),
        }),
      );
    fc.assert(
      fc.property(picture, fc.integer({ min: 1, max: 14 }), ({ w, h, data }, limit) => {
        const rect = { x: 3, y: 5, w, h };
        expect([...outlineDistances({ rect, data }, limit)]).toEqual(bruteForce(w, h, data, limit));
      }),
      { numRuns: 300 },
    );
  });
});

describe('growing', () => {
  it.each([
    [20, 9.5],
    [20, -9.5],
    [10, 30],
    [30, 0.4],
    [30, -0.4],
  ])('turns a disc of radius %f into a larger or smaller one by %f', (r, amount) => {
    const grown = whole(regions(disc(r), { kind: 'grow', amount }), photo);
    const expected = whole(regions(disc(r + amount)), photo);
    // The outline is right to a fifth of a pixel.
    expect(largestDifference(grown, expected)).toBeLessThan(255 / 5);
    expect(sum(grown) / sum(expected)).toBeCloseTo(1, 1.5);
  });

  it('keeps inner corners sharp and rounds outer ones', () => {
    const square = { kind: 'rectangle', mode: 'add', x: 50, y: 35, w: 20, h: 20 } as const;
    const grown = whole(regions(square, { kind: 'grow', amount: 10 }), photo);
    const at = (x: number, y: number) => grown[y * 120 + x];
    // Straight outwards 10 pixels, over the corner (70, 55) too: pixel (75, 60) is 7.8 away, (77,
    // 62) is 10.6.
    expect([at(60, 25), at(60, 24), at(75, 60), at(77, 62)]).toEqual([255, 0, 255, 0]);
    const shrunk = whole(regions(square, { kind: 'grow', amount: -5 }), photo);
    expect([shrunk[40 * 120 + 55], shrunk[39 * 120 + 55]]).toEqual([255, 0]);
    expect(sum(shrunk) / 255).toBe(100);
  });

  it('does not start from the edges of the photo', () => {
    const shrunk = whole(regions(half, { kind: 'grow', amount: -10 }), photo);
    expect([...shrunk.subarray(0, 120)]).toEqual(
      Array.from({ length: 120 }, (_, x) => (x < 50 ? 255 : 0)),
    );
  });

  it('never removes coverage, and shrinking never adds any', () => {
    const amount = fc.double({ min: 0, max: 9, noNaN: true });
    const small = { width: 40, height: 30 };
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 3 }), amount, (list, by) => {
        const before = whole(regions(...list), small);
        const grown = whole(regions(...list, { kind: 'grow', amount: by }), small);
        const shrunk = whole(regions(...list, { kind: 'grow', amount: -by }), small);
        expect(before.every((value, i) => shrunk[i]! <= value && value <= grown[i]!)).toBe(true);
      }),
    );
  });
});

/** Returns the share of a standard normal distribution below x (Abramowitz and Stegun 7.1.26). */
function normal(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const poly =
    0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)));
  const tail = (t * poly * Math.exp(-z * z)) / 2;
  return x > 0 ? 1 - tail : tail;
}

function bruteForce(w: number, h: number, data: Uint16Array, limit: number): number[] {
  const points: [number, number][] = [];
  const level = FULL / 2;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (const [dx, dy] of [
        [1, 0],
        [0, 1],
      ] as const) {
        if (x + dx >= w || y + dy >= h) continue;
        const [a, b] = [data[y * w + x]!, data[(y + dy) * w + x + dx]!];
        if (a > level === b > level) continue;
        const way = Math.round((64 * (a - level)) / (a - b));
        points.push([64 * x + dx * way, 64 * y + dy * way]);
      }
    }
  }
  return Array.from({ length: w * h }, (_, i) => {
    const [x, y] = [64 * (i % w), 64 * Math.floor(i / w)];
    const least = Math.min(...points.map(([px, py]) => (px - x) ** 2 + (py - y) ** 2));
    return least <= (64 * limit) ** 2 ? least : 0xffffffff;
  });
}
