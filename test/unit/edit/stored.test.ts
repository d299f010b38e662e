/** The stored form of an edit: round trip, size, and refusal of malformed files. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, newEdit, settingsOf } from '../../../src/shared/edit/edit.js';
import { undo } from '../../../src/shared/edit/history.js';
import { readEdit, readEditSettings } from '../../../src/shared/edit/read-edit.js';
import { writeEdit } from '../../../src/shared/edit/write-edit.js';
import { addOperation, encodeGrid } from '../../../src/shared/regions/index.js';
import { operation, regions } from '../regions/helpers.js';
import { box, edited, onDisk, painted, photo, strokeThrough, withStrokes } from './samples.js';
import type { UnsmearError } from '../../../src/shared/core/errors.js';

const refusal = (value: unknown) => {
  try {
    readEdit(value, 0);
  } catch (error) {
    return error as UnsmearError;
  }
  throw new Error('was accepted');
};

describe('a saved edit', () => {
  it('comes back with its history', () => {
    let edit = newEdit(photo, 1);
    edit = edited(edit, { strength: 0.5 }, 'Strength');
    edit = edited(edit, { hints: [box, painted] }, 'Hint');
    edit = edited(edit, { regions: regions(strokeThrough([1, 2])) }, 'Brush');
    edit = edited(edit, { hints: [painted], plugin: 'radn' }, 'Remove');
    edit = { ...edit, history: undo(edit.history), view: { ...edit.view, zoom: 2 } };
    const { edit: read, lost } = readEdit(onDisk(edit), 99);
    expect(lost).toEqual([]);
    expect(read).toEqual(edit);
  });

  it('comes back with any drawing, and with shared operations', () => {
    fc.assert(
      fc.property(fc.array(operation, { minLength: 1, maxLength: 5 }), (operations) => {
        let edit = newEdit(photo, 1);
        for (const one of operations) {
          edit = edited(edit, { regions: addOperation(settingsOf(edit).regions, one) });
        }
        const read = readEdit(onDisk(edit), 99).edit;
        // As JSON, which knows no -0.
        expect(JSON.stringify(settingsOf(read))).toBe(JSON.stringify(settingsOf(edit)));
        const steps = read.history.steps.map(({ state }) => state.regions.operations);
        for (const list of steps) {
          list.forEach((one, i) => expect(one).toBe(steps.at(-1)![i]));
        }
      }),
    );
  });

  it('comes back after operations were removed, replaced and added in the middle', () => {
    const [a, b, c, d] = [1, 2, 3, 4].map((x) => strokeThrough([x, x]));
    const lists = [[a!], [a!, b!, c!], [a!, c!], [a!, d!, c!], [], [d!, a!]];
    let edit = newEdit(photo, 1);
    for (const list of lists) edit = edited(edit, { regions: regions(...list) });
    edit = { ...edit, history: undo(undo(undo(edit.history))) };
    expect(readEdit(onDisk(edit), 0).edit.history).toEqual(edit.history);
  });

  it('holds a mask once, however many steps show it', () => {
    const noise = Uint8Array.from({ length: 10_000 }, (_, i) => ((i * i * 7919) >> 3) & 255);
    const map = encodeGrid(100, 100, noise);
    let edit = edited(newEdit(photo, 1), {
      regions: regions({ kind: 'bitmap', mode: 'add', map }),
    });
    for (let i = 0; i < 100; i++) edit = edited(edit, { strength: i / 100 });
    const text = JSON.stringify(writeEdit(edit));
    expect(text.split(map.data)).toHaveLength(2);
  });

  it('grows in proportion to the number of strokes', () => {
    const bytes = (strokes: number): number =>
      JSON.stringify(writeEdit(withStrokes(strokes, (i) => strokeThrough([i, 9])))).length;
    const [few, many] = [bytes(100), bytes(1000)];
    expect(many).toBeLessThan(11 * few);
  });

  it('has default settings where the file has none', () => {
    const short = { format: 'unsmear-edit', version: 3, photo, settings: { strength: 0.3 } };
    expect(settingsOf(readEdit(short, 0).edit)).toEqual({ ...DEFAULT_SETTINGS, strength: 0.3 });
  });

  it('has the grain of the photo if an earlier version saved it', () => {
    const edit = edited(edited(newEdit(photo, 1), { strength: 0.4 }), { stage: 2 });
    const text = JSON.stringify(onDisk(edit)).replaceAll(/"grain":1,?/g, '');
    expect(text).not.toContain('grain');
    const { edit: read, lost } = readEdit(JSON.parse(text), 0);
    expect(lost).toEqual([]);
    expect(read.history.steps.map(({ state }) => state.grain)).toEqual([1, 1, 1]);
  });

  it('keeps the grain of every step', () => {
    const edit = edited(edited(newEdit(photo, 1), { grain: 0.5 }), { strength: 0.4 });
    const read = readEdit(onDisk(edit), 0).edit;
    expect(read.history.steps.map(({ state }) => state.grain)).toEqual([1, 0.5, 0.5]);
  });

  it('is worked at as the blur needs if an earlier version saved it', () => {
    const edit = edited(edited(newEdit(photo, 1), { strength: 0.4 }), { stage: 2 });
    const text = JSON.stringify(onDisk(edit)).replaceAll('"workAt":"auto",', '');
    expect(text).not.toContain('workAt');
    const { edit: read, lost } = readEdit(JSON.parse(text), 0);
    expect(lost).toEqual([]);
    expect(read.history.steps.map(({ state }) => state.workAt)).toEqual(['auto', 'auto', 'auto']);
  });

  it('keeps the size at which it is worked at, in every step', () => {
    const edit = edited(edited(newEdit(photo, 1), { workAt: 'quarter' }), { workAt: 'full' });
    const read = readEdit(onDisk(edit), 0).edit;
    expect(read.history.steps.map(({ state }) => state.workAt)).toEqual([
      'auto',
      'quarter',
      'full',
    ]);
  });

  it('can be read without its history', () => {
    const edit = withStrokes(5, (i) => strokeThrough([i, i]));
    const steps = readEditSettings({ ...onDisk(edit), history: 'damaged' });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    expect(step.value.settings).toEqual(settingsOf(edit));
  });
});

describe('a file that is refused', () => {
  const good = onDisk(
    edited(newEdit(photo, 1), { regions: regions({ kind: 'invert' }), hints: [painted] }),
  );
  const settings = good.settings as Record<string, unknown>;
  const dot = strokeThrough([96, 96]);
  /** One stroke in one list. */
  const tables = {
    ...good,
    history: null,
    settings: { regions: 0 },
    operations: [dot],
    lists: [[-1, 0, 0, 0]],
  };

  it.each([
    [null, /something else/],
    ['text', /something else/],
    [[], /something else/],
    [{ ...good, format: 'other' }, /something else/],
    [{ ...good, version: 'x' }, /version/],
    [{ ...good, version: 0 }, /version/],
    [{ ...good, photo: { ...photo, hash: 'x' } }, /photo\.hash: must be 64/],
    [{ ...good, photo: { ...photo, width: -1 } }, /photo\.width/],
    [{ ...good, settings: 3 }, /settings: /],
    [{ ...good, settings: { ...settings, strength: 2 } }, /settings\.strength: Too big/],
    [{ ...good, settings: { ...settings, strength: null } }, /settings\.strength: Invalid/],
    [{ ...good, settings: { ...settings, regions: 99 } }, /lists\.99: Invalid/],
    [{ ...good, settings: { ...settings, hints: [99] } }, /hints\.99: Invalid/],
    [{ ...tables, lists: 7 }, /lists: Invalid/],
    [{ ...tables, lists: [[-1, 0, 0, 99]] }, /operations\.99: Invalid/],
    [{ ...tables, lists: [[-1, 0, 1, 0]] }, /lists\.0: beyond the end of its base/],
    [{ ...tables, lists: [[0, 0, 0, 0]] }, /lists\.0: based on a later list/],
    [{ ...tables, lists: [[-1, -1, 0, 0]] }, /lists\.0: beyond the end of its base/],
    [{ ...tables, lists: [[-1, 0, 0, 'x']] }, /lists\.0\.3: Invalid/],
    [{ ...tables, operations: [{ kind: 'spiral' }] }, /operations\.0\.kind/],
    [{ ...tables, operations: [{ ...dot, flow: 9 }] }, /operations\.0\.flow/],
    [
      { ...tables, operations: [{ ...dot, path: '' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, path: 'A' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, path: 'g' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, path: 'A=' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, path: 'A\u00e4' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, path: '////////A' }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [
      { ...tables, operations: [{ ...dot, pressure: true }] },
      /operations\.0\.path: is not a list of points/,
    ],
    [{ ...good, hints: [{ ...painted, paint: -2 }] }, /hints\.0\.paint/],
    [{ ...good, hints: [{ ...box, w: -4 }] }, /hints\.0\.w/],
  ])('gives the reason: %j, %s', (value, reason) => {
    const error = refusal(value);
    expect(error.code).toBe('edit-invalid');
    expect(error.message).toMatch(reason);
  });

  it('gives the reason for a damaged picture', () => {
    const grid = encodeGrid(3, 3, new Uint8Array(9));
    const withGrid = (map: unknown) => ({
      ...tables,
      operations: [{ kind: 'bitmap', mode: 'add', map }],
    });
    const refuse = (map: unknown) => refusal(withGrid(map)).message;
    expect(refuse({ ...grid, width: 4 })).toMatch(/12 cells announced/);
    expect(refuse({ ...grid, width: 2 })).toMatch(/6 cells announced/);
    expect(refuse({ ...grid, data: '????' })).toMatch(/not base64/);
    expect(refuse({ ...grid, data: 'AAAA' })).toMatch(/broken|announced/);
    expect(readEdit(withGrid(grid), 0).lost).toEqual([]);
  });

  it('says that a newer version needs a newer Unsmear', () => {
    expect(refusal({ ...good, version: 4 })).toMatchObject({
      code: 'edit-invalid',
      params: { reason: 'newer-edit' },
    });
  });

  it('loses only its history or view if these are damaged', () => {
    const edit = edited(edited(newEdit(photo, 1), { strength: 0.5 }), { stage: 2 });
    const file = onDisk(edit);
    const damaged = [
      { ...file, history: 7 },
      { ...file, history: { current: 9, steps: [{ label: 'x', time: 0, set: {} }] } },
      { ...file, history: { current: 0, steps: [{ label: 'x', time: 0 }] } },
      {
        ...file,
        history: {
          current: 1,
          steps: [
            { label: 'x', time: 0, set: { regions: 44 } },
            { label: 'y', time: 0, set: {} },
          ],
        },
      },
      { ...file, view: { split: 'left' } },
    ];
    for (const value of damaged) {
      const { edit: read, lost } = readEdit(value, 5);
      expect(lost).toHaveLength(1);
      expect(settingsOf(read)).toEqual(settingsOf(edit));
    }
  });

  it('never becomes an edit that cannot be saved', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (a, b, c) => {
        const value = { ...good, settings: a, history: b, lists: c };
        try {
          const { edit } = readEdit(value, 0);
          expect(readEdit(onDisk(edit), 0).edit.history).toEqual(edit.history);
        } catch (error) {
          expect(error).toMatchObject({ code: 'edit-invalid' });
        }
      }),
    );
  });
});
