/** Each shape compared with sampled areas. */
import { describe, expect, it } from 'vitest';
import {
  encodeGrid,
  strokePath,
  type BrushPoint,
  type BrushStroke,
} from '../../../src/shared/regions/index.js';
import { frame, largestDifference, lasso, regions, sampled, sum, whole } from './helpers.js';

const photo = { width: 40, height: 30 };
const box = { x: 3.3, y: 4.7, w: 29.1, h: 18.6 };

describe.each([1, 0.5, 1.7])('at scale %f', (scale) => {
  const area = frame(photo, scale);

  it('a rectangle covers pixels by exact areas', () => {
    const shape = { kind: 'rectangle', mode: 'add', ...box } as const;
    const inside = (x: number, y: number) =>
      x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
    const difference = largestDifference(
      whole(regions(shape), photo, scale),
      sampled(area, scale, inside),
    );
    // The counting itself is right to 1/32 of a pixel along each side.
    expect(difference).toBeLessThan(255 / 16);
  });

  it('an ellipse covers pixels by area', () => {
    const shape = { kind: 'ellipse', mode: 'add', ...box } as const;
    const inside = (x: number, y: number) =>
      ((x - box.x) / box.w - 0.5) ** 2 + ((y - box.y) / box.h - 0.5) ** 2 < 0.25;
    const bytes = whole(regions(shape), photo, scale);
    expect(largestDifference(bytes, sampled(area, scale, inside))).toBeLessThan(255 / 24);
    const pixels = sum(bytes) / 255 / scale ** 2;
    expect(pixels).toBeCloseTo((Math.PI * box.w * box.h) / 4, 0);
  });

  it('a lasso that crosses itself has no hole', () => {
    // A five-pointed star drawn in one line: its middle is wound twice.
    const points = [0, 2, 4, 1, 3].map((k): [number, number] => [
      20 + 13.7 * Math.sin((2 * Math.PI * k) / 5),
      15 - 13.7 * Math.cos((2 * Math.PI * k) / 5),
    ]);
    const inside = (x: number, y: number): boolean => {
      let winding = 0;
      points.forEach(([x0, y0], i) => {
        const [x1, y1] = points[(i + 1) % 5]!;
        const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
        if (y0 <= y && y < y1 && side > 0) winding++;
        if (y1 <= y && y < y0 && side < 0) winding--;
      });
      return winding !== 0;
    };
    expect(inside(20, 15)).toBe(true);
    const bytes = whole(regions(lasso(points)), photo, scale);
    expect(largestDifference(bytes, sampled(area, scale, inside))).toBeLessThan(255 / 24);
  });
});

it('a shape at the edge of the photo covers the last, partial pixel at a small scale', () => {
  const odd = { width: 5, height: 5 };
  const shape = { kind: 'rectangle', mode: 'add', x: 1, y: 1, w: 4, h: 4 } as const;
  expect([...whole(regions(shape), odd, 0.5)]).toEqual([
    64, 128, 128, 128, 255, 255, 128, 255, 255,
  ]);
});

describe('a stroke', () => {
  const line: [number, number][] = [
    [8, 8],
    [30, 20],
  ];
  const base: BrushStroke = {
    kind: 'stroke',
    mode: 'add',
    size: 11,
    hardness: 1,
    flow: 1,
    ...strokePath(line),
  };
  const distanceToLine = (x: number, y: number): number => {
    const t = Math.min(1, Math.max(0, ((x - 8) * 22 + (y - 8) * 12) / (22 ** 2 + 12 ** 2)));
    return Math.hypot(x - 8 - 22 * t, y - 8 - 12 * t);
  };

  it.each([1, 0.5, 1.7])(
    'with a hard brush is as wide as the brush and has round ends at scale %f',
    (scale) => {
      const bytes = whole(regions(base), photo, scale);
      const inside = (x: number, y: number) => distanceToLine(x, y) < 5.5;
      const expected = sampled(frame(photo, scale), scale, inside);
      expect(largestDifference(bytes, expected)).toBeLessThan(32);
      expect(Math.abs(sum(bytes) / sum(expected) - 1)).toBeLessThan(0.01);
    },
  );

  it('with a soft brush is full in the core and half in the middle of its edge', () => {
    const dot = { ...base, size: 40, hardness: 0.5, ...strokePath([[20.5, 15.5]]) };
    const row = whole(regions(dot), photo).subarray(15 * 40, 16 * 40);
    // Radius 20: full to 10, half at 15, nothing at 20.
    expect([20, 10, 5, 35, 0].map((x) => row[x])).toEqual([255, 255, 128, 128, 0]);
    expect(row[8]).toBeGreaterThan(row[7]!);
  });

  it('covers no more than its flow where it crosses itself; two strokes build up', () => {
    const once = { ...base, flow: 0.4 };
    const there = { ...once, ...strokePath([...line, ...line, [8, 8]]) };
    const single = whole(regions(once), photo);
    expect(Math.max(...single)).toBe(102);
    expect(largestDifference(whole(regions(there), photo), single)).toBe(0);
    // 1 - 0.6² = 0.64, and so on.
    expect(Math.max(...whole(regions(once, once), photo))).toBe(163);
    expect(Math.max(...whole(regions(once, once, once), photo))).toBe(200);
    // Of a full cover, flow 0.4 leaves 0.6.
    const erased = whole(regions(base, { ...base, mode: 'erase', flow: 0.4 }), photo);
    expect(erased[14 * 40 + 19]).toBe(153);
  });

  it('adds up to full coverage from many faint strokes, despite rounding', () => {
    const faint = { ...base, flow: 0.01 };
    const many = Array.from({ length: 700 }, () => faint);
    // 1 - 0.99^700 = 0.9991
    expect(Math.max(...whole(regions(...many), photo))).toBe(255);
  });

  it('does not change with more points on the same line', () => {
    const points = Array.from({ length: 200 }, (_, i): [number, number] => [
      8 + (22 * i) / 199,
      8 + (12 * i) / 199,
    ]);
    const soft = { ...base, hardness: 0.2, flow: 0.7 };
    const dense = whole(regions({ ...soft, ...strokePath(points) }), photo);
    expect(largestDifference(dense, whole(regions(soft), photo))).toBeLessThanOrEqual(1);
  });

  it('with full pressure equals one without pressure', () => {
    for (const hardness of [0, 0.6, 1]) {
      const soft = { ...base, hardness };
      const pressed = { ...soft, ...strokePath(line.map(([x, y]) => [x, y, 1])) };
      const bytes = whole(regions(pressed), photo);
      expect(largestDifference(bytes, whole(regions(soft), photo))).toBeLessThanOrEqual(1);
    }
  });

  it.each([
    [31, 20, 0.2],
    // So steep that the discs at one end lie inside those at the other.
    [12, 10, 0.05],
    [9, 9, 0.1],
  ])('narrows with the pressure to the hull of its discs, until %f, %f', (x1, y1, end) => {
    const inside = (x: number, y: number): boolean => {
      for (let k = 0; k <= 100; k++) {
        const t = k / 100;
        const r = 6 * (1 + (end - 1) * t);
        if (Math.hypot(x - 9 - (x1 - 9) * t, y - 9 - (y1 - 9) * t) < r) return true;
      }
      return false;
    };
    const expected = sampled(frame(photo, 1), 1, inside);
    const points: BrushPoint[] = [
      [9, 9, 1],
      [x1, y1, end],
    ];
    for (const way of [points, points.toReversed()]) {
      const bytes = whole(regions({ ...base, size: 12, ...strokePath(way) }), photo);
      expect(largestDifference(bytes, expected)).toBeLessThan(40);
      expect(Math.abs(sum(bytes) / sum(expected) - 1)).toBeLessThan(0.01);
    }
  });

  it('thinner than a pixel covers pixels by area', () => {
    const thin = {
      ...base,
      size: 0.4,
      ...strokePath([
        [0, 15.5],
        [40, 15.5],
      ]),
    };
    expect(sum(whole(regions(thin), photo)) / 255).toBeCloseTo(0.4 * 40, 0);
  });
});

describe('a grid', () => {
  const ramp = encodeGrid(4, 1, Uint8Array.from([0, 100, 200, 250]));

  it('of the photo\u2019s size gives its own values', () => {
    const values = Uint8Array.from({ length: 1200 }, (_, i) => (i * 7919) % 256);
    const document = regions({ kind: 'bitmap', mode: 'add', map: encodeGrid(40, 30, values) });
    expect(whole(document, photo)).toEqual(values);
  });

  it('is interpolated when stretched and averaged when shrunk', () => {
    const document = regions({ kind: 'bitmap', mode: 'add', map: ramp });
    // Cell centres at 1, 3, 5, 7.
    expect([...whole(document, { width: 8, height: 1 })]).toEqual([
      0, 25, 75, 125, 175, 213, 238, 250,
    ]);
    expect([...whole(document, { width: 2, height: 1 })]).toEqual([50, 225]);
    expect([...whole(document, { width: 4, height: 1 }, 0.5)]).toEqual([50, 225]);
  });

  it('above a threshold has its outline where the map crosses it', () => {
    // On 40 pixels the map is 0, 100, 200, 250 at x = 5, 15, 25, 35 and linear between; 128 is
    // crossed at 17.8.
    const over = { kind: 'threshold', mode: 'add', map: ramp, threshold: 128 / 255 } as const;
    const row = whole(regions(over), photo).subarray(0, 40);
    expect([...row.subarray(0, 17)].every((value) => value === 0)).toBe(true);
    expect(Math.abs(row[17]! - 0.2 * 255)).toBeLessThan(2);
    expect([...row.subarray(18)].every((value) => value === 255)).toBe(true);
    // A flat map is wholly above or wholly below; the threshold itself counts as above.
    const flat = encodeGrid(1, 1, Uint8Array.from([51]));
    const at = (threshold: number) => whole(regions({ ...over, map: flat, threshold }), photo)[0];
    expect([0, 0.2, 0.21].map(at)).toEqual([255, 255, 0]);
  });
});
