/**
 * Documents made to block the program are refused before any of them is drawn.
 */
import { describe, expect, it } from 'vitest';
import { readEdit } from '../../../src/shared/edit/read-edit.js';
import {
  encodeGrid,
  rasterise,
  RegionDocument,
  strokePath,
  workShare,
  type RegionOperation,
} from '../../../src/shared/regions/index.js';
import { feathers, sidecarOf } from '../hostile.js';
import { lasso, regions, whole } from './helpers.js';

const LARGE = { width: 6000, height: 4000 };
const brush = { kind: 'stroke', mode: 'add', size: 40, hardness: 1, flow: 1 } as const;
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** A stroke of `count` points in one place. */
const dots = (count: number, size: number): RegionOperation => ({
  ...{ ...brush, size },
  ...strokePath(many(count, [9, 9] as const)),
});

function refusal(operations: readonly unknown[]): string | undefined {
  return RegionDocument.safeParse({ operations }).error?.issues[0]?.message;
}

describe('a mask is refused because of', () => {
  const broken = { width: 30_000, height: 6000, data: 'AAAA' };

  it.each([
    ['20,001 operations', many(20_001, { kind: 'invert' }), /more than 20,000 operations$/],
    ['51 feathers', feathers(51), /more than 50 operations that feather or grow/],
    ['51 growths', many(51, { kind: 'grow', amount: 1 }), /more than 50 operations that feather/],
    [
      'long strokes',
      many(60, { ...brush, pressure: false, path: 'A'.repeat(500_000) }),
      /strokes and pictures are too large/,
    ],
    [
      'one endless stroke',
      [{ ...brush, pressure: false, path: 'A'.repeat(200_002) }],
      /not a list of points/,
    ],
    // Unpacked first, these pictures would be refused as broken.
    [
      'pictures',
      many(2, { kind: 'bitmap', mode: 'add', map: broken }),
      /more than 300,000,000 pixels/,
    ],
  ])('%s', (_, operations, reason) => {
    expect(refusal(operations)).toMatch(reason);
  });

  it('no amount that a hand can draw', () => {
    const stroke = dots(300, 300);
    const grid = encodeGrid(2, 2, new Uint8Array(4));
    const drawn = [
      ...many(1000, stroke),
      ...feathers(20),
      ...many(4, { kind: 'bitmap' as const, mode: 'add' as const, map: grid }),
    ];
    expect(refusal(drawn)).toBeUndefined();
    expect(workShare(drawn, LARGE)).toBeLessThan(0.7);
  });
});

describe('the estimated work', () => {
  it.each<[string, RegionOperation[]]>([
    ['one stroke with a huge brush', [dots(100_000, 1e6)]],
    [
      'a zigzag',
      [lasso(Array.from({ length: 100_000 }, (_, i) => [i / 20, i % 2 === 0 ? 0 : 4000]))],
    ],
    [
      'growing by a thousand pixels',
      [
        { kind: 'invert' },
        ...many(50, { kind: 'grow' as const, amount: 1000 }),
        ...many(5000, { kind: 'invert' as const }),
      ],
    ],
    [
      'rectangles over the whole photo',
      many(4000, {
        kind: 'rectangle' as const,
        mode: 'add' as const,
        x: 0,
        y: 0,
        w: 6000,
        h: 4000,
      }),
    ],
  ])('of %s is refused before it begins', { timeout: 10_000 }, (_, operations) => {
    const view = { rect: { x: 0, y: 0, w: 6000, h: 4000 }, scale: 1 };
    expect(() => rasterise(regions(...operations), LARGE, view)).toThrow(
      'mask-invalid {"reason":"too-much-work"}',
    );
  });

  it('counts covered pixels, so thousands of small shapes are allowed', () => {
    const small = { kind: 'ellipse', mode: 'add', x: 100, y: 100, w: 300, h: 300 } as const;
    expect(workShare(many(5000, small), LARGE)).toBeLessThan(0.1);
  });

  it('of many feathers needs no deep stack to evaluate', () => {
    const covered = whole(regions({ kind: 'invert' }, ...feathers(20_000)), {
      width: 4,
      height: 4,
    });
    expect(covered).toEqual(new Uint8Array(16));
  });
});

describe('a saved edit', { timeout: 20_000 }, () => {
  const read = (text: string) => readEdit(JSON.parse(text), 0);
  const old = { ...brush, points: many(100_000, [9, 9]) };

  it('with 20,000 feathers is refused with the limit', () => {
    expect(() => read(sidecarOf(feathers(20_000), LARGE))).toThrow(
      'it has more than 50 operations that feather or grow',
    );
  });

  it('whose mask would take too long is refused with the reason', () => {
    expect(() => read(sidecarOf([{ ...old, size: 1e6 }], LARGE))).toThrow(
      'its mask would take too long to draw on a photo of this size',
    );
  });

  it('whose strokes share their points counts them for each stroke', () => {
    const operations = many(5000, null).map(() => ({ ...brush, points: { $: 0 } }));
    const document = {
      ...(JSON.parse(sidecarOf([], LARGE)) as object),
      settings: { regions: { version: 1, operations } },
      shared: [old.points],
    };
    expect(() => readEdit(document, 0)).toThrow(/strokes and pictures are too large/);
  });
});
