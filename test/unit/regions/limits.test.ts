/** Documents that are made to keep the program busy are refused before anything of them is drawn. */
import { describe, expect, it } from 'vitest';
import { newEdit, settingsOf } from '../../../src/shared/edit/edit.js';
import { readEdit, writeEdit } from '../../../src/shared/edit/edit-file.js';
import {
  encodeGrid,
  rasterise,
  RegionDocument,
  workShare,
  type RegionOperation,
} from '../../../src/shared/regions/index.js';
import { feathers, sidecarOf } from '../hostile.js';
import { regions, whole } from './helpers.js';

const LARGE = { width: 6000, height: 4000 };
const photo = { name: 'a.jpg', ...LARGE, bytes: null, hash: null };
const dot = { kind: 'stroke', mode: 'add', size: 40, hardness: 1, flow: 1 } as const;
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

function refusal(operations: readonly unknown[]): string | undefined {
  return RegionDocument.safeParse({ version: 1, operations }).error?.issues[0]?.message;
}

describe('a mask is refused for', () => {
  const broken = { width: 30_000, height: 6000, data: 'AAAA' };

  it.each([
    ['20,000 operations', many(20_000, { kind: 'invert' }), /more than 5,000 operations$/],
    ['51 feathers', feathers(51), /more than 50 operations that feather or grow/],
    ['51 growths', many(51, { kind: 'grow', amount: 1 }), /more than 50 operations that feather/],
    ['points', many(21, { ...dot, points: many(100_000, [1, 1]) }), /more than 2,000,000 points/],
    // Unpacked first, these pictures would be refused as broken.
    ['pictures', many(2, { kind: 'bitmap', mode: 'add', map: broken }), /more than 300,000,000 pixels/],
  ])('%s', (_, operations, reason) => {
    expect(refusal(operations)).toMatch(reason);
  }); // prettier-ignore

  it('nothing that a hand can draw', () => {
    const stroke = { ...dot, size: 300, points: many(300, [1, 1] as [number, number]) };
    const grid = encodeGrid(2, 2, new Uint8Array(4));
    const drawn = [
      ...many(1000, stroke),
      ...feathers(20),
      ...many(4, { kind: 'bitmap' as const, mode: 'add' as const, map: grid }),
    ];
    expect(refusal(drawn)).toBeUndefined();
    expect(workShare(drawn as RegionOperation[], LARGE)).toBeLessThan(0.7);
  });
});

describe('work', () => {
  it.each<[string, RegionOperation[]]>([
    ['one stroke with a huge brush', [{ ...dot, size: 1e6, points: many(100_000, [9, 9]) }]],
    ['a zigzag', [{ kind: 'lasso', mode: 'add', points: Array.from({ length: 100_000 }, (_, i) => [i / 20, i % 2 === 0 ? 0 : 4000]) }]],
    ['growing by a thousand pixels', [{ kind: 'invert' }, ...many(50, { kind: 'grow' as const, amount: 1000 }), ...many(5000, { kind: 'invert' as const })]],
    ['rectangles over the whole photo', many(4000, { kind: 'rectangle' as const, mode: 'add' as const, x: 0, y: 0, w: 6000, h: 4000 })],
  ])('of %s is refused before it begins', { timeout: 10_000 }, (_, operations) => {
    const view = { rect: { x: 0, y: 0, w: 6000, h: 4000 }, scale: 1 };
    expect(() => rasterise(regions(...operations), LARGE, view)).toThrow(
      'The mask would take too long to draw on a photo of this size.',
    );
  }); // prettier-ignore

  it('is counted by what is covered: thousands of small shapes are drawn', () => {
    const small = { kind: 'ellipse', mode: 'add', x: 100, y: 100, w: 300, h: 300 } as const;
    expect(workShare(many(5000, small), LARGE)).toBeLessThan(0.1);
  });

  it('of many feathers needs no deep stack', () => {
    const covered = whole(regions({ kind: 'invert' }, ...feathers(20_000)), { width: 4, height: 4 });
    expect(covered).toEqual(new Uint8Array(16));
  }); // prettier-ignore
});

describe('a saved edit', { timeout: 20_000 }, () => {
  const read = (text: string) => readEdit(JSON.parse(text), 0);

  it('with 20,000 feathers is refused in a sentence', () => {
    expect(() => read(sidecarOf(feathers(20_000), LARGE))).toThrow(
      'The edit cannot be read: it has more than 5,000 operations.',
    );
  });

  it('whose mask would take too long is refused in a sentence', () => {
    const huge = { ...dot, size: 1e6, points: many(100_000, [9, 9]) };
    expect(() => read(sidecarOf([huge], LARGE))).toThrow(
      'The edit cannot be read: its mask would take too long to draw on a photo of this size.',
    );
  });

  it('whose strokes share their points counts them for each stroke', () => {
    const document = {
      ...(JSON.parse(sidecarOf([], LARGE)) as object),
      settings: {
        regions: { version: 1, operations: many(5000, null).map(() => ({ ...dot, points: { $: 0 } })) },
      },
      shared: [many(100_000, [1, 1])],
    };
    expect(() => readEdit(document, 0)).toThrow(/more than 2,000,000 points/);
  }); // prettier-ignore

  it('whose steps refer to more operations than a history can hold loses only the steps', () => {
    const state = { regions: { version: 1, operations: many(5000, { $: 0 }) } };
    const step = { label: 'x', time: 0, state };
    const file = {
      ...writeEdit(newEdit(photo, 0)),
      history: { current: 0, steps: many(900, step) },
      shared: [{ kind: 'invert' }],
    };
    const { edit, warnings } = readEdit(file, 0);
    expect(settingsOf(edit).regions.operations).toEqual([]);
    expect(warnings).toEqual([expect.stringMatching(/undo steps could not be read/)]);
  });
});
