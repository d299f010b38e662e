/** Rasterising regions: meaning of documents, and equality of parts with the whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EVERYWHERE,
  isEverywhere,
  rasterise,
  rasteriseBands,
  strokePath,
} from '../../../src/shared/regions/index.js';
import { evaluate } from '../../../src/shared/regions/evaluate.js';
import { crop, frame, lasso, operation, regions, view, whole } from './helpers.js';

const photo = { width: 6, height: 4 };
const left = { kind: 'rectangle', mode: 'add', x: 0, y: 0, w: 3, h: 4 } as const;
const top = { kind: 'rectangle', mode: 'erase', x: 0, y: 0, w: 6, h: 1 } as const;

function rows(bytes: Uint8Array, width: number): number[][] {
  return Array.from({ length: bytes.length / width }, (_, y) => [
    ...bytes.subarray(y * width, (y + 1) * width),
  ]);
}

describe('a document', () => {
  it('covers everything without operations', () => {
    expect(isEverywhere(EVERYWHERE)).toBe(true);
    expect(new Set(whole(EVERYWHERE, photo))).toEqual(new Set([255]));
  });

  it('covers only its shapes if it begins by adding', () => {
    expect(rows(whole(regions(left, top), photo), 6)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [255, 255, 255, 0, 0, 0],
      [255, 255, 255, 0, 0, 0],
      [255, 255, 255, 0, 0, 0],
    ]);
  });

  it('covers everything else if it begins by erasing', () => {
    expect(rows(whole(regions(top), photo), 6).map((row) => row[0])).toEqual([0, 255, 255, 255]);
  });

  it('covers nothing if everything is inverted', () => {
    expect(new Set(whole(regions({ kind: 'invert' }), photo))).toEqual(new Set([0]));
  });

  it('ignores the operations before the last clear', () => {
    const clear = { kind: 'clear' } as const;
    expect(isEverywhere(regions(left, clear))).toBe(true);
    expect(whole(regions(left, clear), photo)).toEqual(whole(EVERYWHERE, photo));
    expect(whole(regions(left, { kind: 'invert' }, clear, top), photo)).toEqual(
      whole(regions(top), photo),
    );
  });

  it('covers nothing outside the photo', () => {
    const rect = { x: -1, y: 3, w: 3, h: 2 };
    expect([...rasterise(EVERYWHERE, photo, { rect, scale: 1 })]).toEqual([0, 255, 255, 0, 0, 0]);
    const away = { x: 100, y: 100, w: 2, h: 2 };
    const feathered = regions(left, { kind: 'feather', radius: 5 });
    expect([...rasterise(feathered, photo, { rect: away, scale: 1 })]).toEqual([0, 0, 0, 0]);
  });

  it.each([
    [{ x: 0.5, y: 0, w: 1, h: 1 }, 1],
    [{ x: 0, y: 0, w: 1, h: 1 }, 0],
    [{ x: 0, y: 0, w: -1, h: 1 }, 1],
    [{ x: 0, y: 0, w: 1, h: 1 }, NaN],
  ])('refuses %j at scale %f', (rect, scale) => {
    expect(() => rasterise(EVERYWHERE, photo, { rect, scale })).toThrow(
      expect.objectContaining({ code: 'request-invalid' }),
    );
  });
});

describe('any part of a mask', () => {
  it('equals the same part of the whole', () => {
    fc.assert(
      fc.property(view, fc.array(operation, { maxLength: 6 }), ({ photo, scale, part }, list) => {
        const document = regions(...list);
        const all = whole(document, photo, scale);
        const some = rasterise(document, photo, { rect: part, scale });
        expect(some).toEqual(crop(all, frame(photo, scale).w, part));
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    { kind: 'grow', amount: 5.9 },
    { kind: 'grow', amount: 6 },
    { kind: 'grow', amount: -4.6 },
    { kind: 'feather', radius: 7 },
    { kind: 'feather', radius: 2.1 },
  ] as const)('down to single pixels, to all 16 bits: %j', (spread) => {
    const dot = { kind: 'ellipse', mode: 'add', x: 6.4, y: 3.3, w: 7, h: 9.5 } as const;
    // Its outline is 6.29 from pixel 4, between pixels 10 and 11.
    const box = { kind: 'rectangle', mode: 'add', x: 10.7, y: 12.7, w: 4, h: 4 } as const;
    const small = { photo: { width: 28, height: 23 }, scale: 1 };
    for (const list of [
      [dot, spread, spread],
      [box, spread],
    ]) {
      const all = evaluate(list, small, { x: 0, y: 0, w: 28, h: 23 }).data;
      all.forEach((value, i) => {
        const pixel = { x: i % 28, y: Math.floor(i / 28), w: 1, h: 1 };
        expect(evaluate(list, small, pixel).data[0]).toBe(value);
      });
    }
  });

  it('equals the whole in a photo that is evaluated in bands', () => {
    // The margins make two bands of it. Shapes everywhere, softened and grown across their border.
    const tall = { width: 50, height: 40_000 };
    const dots = Array.from({ length: 80 }, (_, i) => [25, i * 500] as [number, number]);
    const document = regions(
      { kind: 'stroke', mode: 'add', size: 20, hardness: 0.5, flow: 1, ...strokePath([[25, 0]]) },
      ...dots.map(([x, y]) => ({ kind: 'ellipse', mode: 'add', x, y, w: 20, h: 300 }) as const),
      { kind: 'grow', amount: 6 },
      { kind: 'feather', radius: 30 },
    );
    const all = whole(document, tall);
    const bands = [...rasteriseBands(document, tall, { rect: frame(tall, 1), scale: 1 })];
    expect(bands.length).toBeGreaterThan(1);
    expect(Math.max(...bands.map(({ coverage }) => coverage.length))).toBeLessThan(4_000_000);
    expect(bands.at(-1)!.rect.y + bands.at(-1)!.rect.h).toBe(tall.height);
    for (const y of [0, 9973, ...bands.slice(1).map(({ rect }) => rect.y - 20), 39_980]) {
      const part = { x: 7, y, w: 31, h: Math.min(40, tall.height - y) };
      expect(rasterise(document, tall, { rect: part, scale: 1 })).toEqual(crop(all, 50, part));
    }
  });
});

it('a smaller scale gives the mean of the pixels at full size', () => {
  const photo = { width: 128, height: 96 };
  const document = regions(
    { kind: 'ellipse', mode: 'add', x: 20, y: 10, w: 70, h: 60 },
    lasso(
      [
        [0, 0],
        [80, 20],
        [40, 90],
      ],
      'erase',
    ),
    {
      kind: 'stroke',
      mode: 'add',
      size: 24,
      hardness: 0.3,
      flow: 0.8,
      ...strokePath([
        [90, 80],
        [20, 50],
      ]),
    },
    { kind: 'grow', amount: 5 },
    { kind: 'feather', radius: 16 },
  );
  const full = whole(document, photo);
  const half = whole(document, photo, 0.5);
  let worst = 0;
  half.forEach((value, i) => {
    const at = Math.floor(i / 64) * 256 + (i % 64) * 2;
    const mean = (full[at]! + full[at + 1]! + full[at + 128]! + full[at + 129]!) / 4;
    worst = Math.max(worst, Math.abs(value - mean));
  });
  // The soft edge changes by 13 per pixel: outlines agree to half a pixel of the full size.
  expect(worst).toBeLessThan(6.5);
});
