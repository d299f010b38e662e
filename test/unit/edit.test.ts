/** Edits: on disk, from photo to photo, and as questions to the network. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResultSettings } from '../../src/shared/protocol/calls.js';
import {
  DEFAULT_SETTINGS,
  editToResultSettings,
  matchPhoto,
  newEdit,
  settingsOf,
  type Edit,
  type EditSettings,
} from '../../src/shared/edit/edit.js';
import { readEdit, writeEdit } from '../../src/shared/edit/edit-file.js';
import { applyPreset, applySettings, makePreset, presetParts, readPreset } from '../../src/shared/edit/edit-transfer.js'; // prettier-ignore
import type { Hint } from '../../src/shared/edit/hints.js';
import { change, present, undo } from '../../src/shared/edit/history.js';
import { migrate, type DocumentKind } from '../../src/shared/edit/migrate.js';
import { addOperation, encodeGrid, EVERYWHERE } from '../../src/shared/regions/index.js';
import { operation, regions } from './regions/helpers.js';

const photo = {
  name: 'a.jpg',
  width: 600,
  height: 400,
  bytes: 12_345,
  hash: 'ab'.repeat(32),
};
const box: Hint = { kind: 'box', id: '1', name: 'Eye', strength: 0.5, x: -10, y: 20, w: 40, h: 30 };
const dot = { kind: 'stroke', mode: 'add', size: 64, hardness: 1, flow: 1, points: [[96, 96]] } as const; // prettier-ignore
const painted: Hint = {
  kind: 'painted',
  id: '2',
  name: 'Hair',
  strength: 1,
  paint: regions({ kind: 'rectangle', mode: 'add', x: 80, y: 160, w: 80, h: 40 }),
};

const edited = (edit: Edit, fields: Partial<EditSettings>, label = 'Change'): Edit => ({
  ...edit,
  history: change(edit.history, { ...settingsOf(edit), ...fields }, { label, time: 2 }),
});
const onDisk = (edit: Edit, ...limits: Parameters<typeof writeEdit> extends [unknown, ...infer L] ? L : never) => JSON.parse(JSON.stringify(writeEdit(edit, ...limits))) as Record<string, unknown>; // prettier-ignore
const refusal = (value: unknown) => {
  try {
    readEdit(value, 0);
  } catch (error) {
    return error as { code: string; message: string; hint?: string };
  }
  throw new Error('was accepted');
};

describe('on disk', () => {
  it('comes back with its history', () => {
    let edit = newEdit(photo, 1);
    edit = edited(edit, { strength: 0.5 }, 'Strength');
    edit = edited(edit, { hints: [box, painted] }, 'Hint');
    edit = edited(edit, { regions: regions({ ...dot, points: [[1, 2]] }) }, 'Brush');
    edit = { ...edit, history: undo(edit.history), view: { ...edit.view, zoom: 2 } };
    const { edit: read, warnings } = readEdit(onDisk(edit), 99);
    expect(warnings).toEqual([]);
    expect(read).toEqual(edit);
  });

  it('any drawing comes back, and what steps share is shared again', () => {
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

  it('keeps the last steps that fit', () => {
    let edit = newEdit(photo, 1);
    for (let i = 1; i <= 100; i++) edit = edited(edit, { strength: i / 100 }, `Step ${i}`);
    const few = readEdit(onDisk(edit, { steps: 10 }), 0).edit.history;
    expect(few.steps.map(({ label }) => label)).toEqual(
      Array.from({ length: 10 }, (_, i) => `Step ${91 + i}`),
    );
    const small = onDisk(edit, { characters: 6000 });
    expect(JSON.stringify(small).length).toBeLessThanOrEqual(6000);
    const kept = readEdit(small, 0).edit.history;
    expect(kept.steps.length).toBeGreaterThan(1);
    expect(present(kept)).toEqual(settingsOf(edit));
    const none = readEdit(onDisk(edit, { characters: 10 }), 7).edit;
    expect(none.history).toEqual(newEdit(photo, 7, settingsOf(edit)).history);
  });

  it('what is missing is as in a fresh photo', () => {
    const { photo: identity } = newEdit(photo, 0);
    const short = {
      format: 'unsmear-edit',
      version: 2,
      photo: identity,
      settings: { strength: 0.3 },
    };
    expect(settingsOf(readEdit(short, 0).edit)).toEqual({ ...DEFAULT_SETTINGS, strength: 0.3 });
  });
});

describe('rubbish', () => {
  const good = onDisk(edited(newEdit(photo, 1), { regions: regions({ kind: 'invert' }), hints: [painted] })); // prettier-ignore
  const settings = good.settings as Record<string, unknown>;

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
    [{ ...good, settings: { $: 5 } }, /parts of it are missing/],
    [{ ...good, settings: { ...settings, strength: 2 } }, /settings\.strength: Too big/],
    [{ ...good, settings: { ...settings, strength: null } }, /settings\.strength: Invalid/],
    [{ ...good, settings: { ...settings, regions: { version: 2, operations: [] } } }, /settings\.regions\.version/],
    [{ ...good, settings: { ...settings, regions: { version: 1, operations: [{ kind: 'spiral' }] } } }, /settings\.regions\.operations\.0\.kind/],
    [{ ...good, settings: { ...settings, regions: { version: 1, operations: [{ ...dot, flow: 9 }] } } }, /operations\.0\.flow/],
    [{ ...good, settings: { ...settings, hints: [{ ...painted, paint: { version: 1, operations: [{}] } }] } }, /hints\.0\.paint\.operations\.0\.kind/],
    [{ ...good, settings: { ...settings, hints: [{ ...box, w: -4 }] } }, /hints\.0\.w/],
  ])('%j is refused: %s', (value, reason) => {
    const error = refusal(value);
    expect(error).toMatchObject({ code: 'edit-invalid', hint: expect.any(String) as string });
    expect(error.message).toMatch(reason);
  }); // prettier-ignore

  it('a damaged mask is refused with the reason', () => {
    const grid = encodeGrid(3, 3, new Uint8Array(9));
    const withGrid = (map: unknown) => ({
      ...good,
      settings: { regions: { version: 1, operations: [{ kind: 'bitmap', mode: 'add', map }] } },
    });
    expect(refusal(withGrid({ ...grid, width: 4 })).message).toMatch(/12 cells announced/);
    expect(refusal(withGrid({ ...grid, width: 2 })).message).toMatch(/6 cells announced/);
    expect(refusal(withGrid({ ...grid, data: '????' })).message).toMatch(/not base64/);
    expect(refusal(withGrid({ ...grid, data: 'AAAA' })).message).toMatch(/broken|announced/);
    expect(readEdit(withGrid(grid), 0).warnings).toEqual([]);
  });

  it('a newer version is refused kindly', () => {
    expect(refusal({ ...good, version: 3 })).toMatchObject({
      code: 'edit-invalid',
      message: 'The edit was saved by a newer Unsmear.',
      hint: expect.stringMatching(/Update/) as string,
    });
  });

  it('a damaged history or view costs only itself', () => {
    const edit = edited(edited(newEdit(photo, 1), { strength: 0.5 }), { stage: 2 });
    const file = onDisk(edit);
    const damaged = [
      { ...file, history: 7 },
      { ...file, history: { current: 9, steps: [{ label: 'x', time: 0, state: {} }] } },
      { ...file, history: { current: 0, steps: [{ $: 77 }] } },
      { ...file, view: { split: 'left' } },
    ];
    for (const value of damaged) {
      const { edit: read, warnings } = readEdit(value, 5);
      expect(warnings).toHaveLength(1);
      expect(settingsOf(read)).toEqual(settingsOf(edit));
    }
  });

  it('nothing else gets through', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const value = { ...good, settings: a, history: b };
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

describe('a document from before the deep network became the default', () => {
  const states: Partial<EditSettings>[] = [
    { plugin: null },
    { plugin: 'adn' },
    { plugin: 'radn' },
    { plugin: 'radn', strength: 0.5 },
  ];

  it('keeps the compact network in every state of its edit', () => {
    let edit = newEdit(photo, 1);
    for (const state of states) edit = edited(edit, state);
    const { edit: read, warnings } = readEdit({ ...onDisk(edit), version: 1 }, 0);
    expect(warnings).toEqual([]);
    expect(read.history.steps.map(({ state }) => state.plugin)).toEqual(
      edit.history.steps.map(({ state }) => (state.plugin === 'radn' ? 'radn' : 'adn-fast')),
    );
    expect(settingsOf(read)).toMatchObject({ plugin: 'radn', strength: 0.5 });
    const short = { format: 'unsmear-edit', version: 1, photo: newEdit(photo, 0).photo };
    expect(settingsOf(readEdit({ ...short, settings: {} }, 0).edit).plugin).toBe('adn-fast');
  });

  it('keeps it in a preset that sets a network, and sets none in others', () => {
    const from = { photo, settings: { ...DEFAULT_SETTINGS, strength: 0.4 } };
    const old = (parts: Parameters<typeof makePreset>[2]) =>
      readPreset({ ...makePreset('Soft', from, parts), version: 1 }).settings;
    expect(old(['model', 'strength'])).toMatchObject({ plugin: 'adn-fast', strength: 0.4 });
    expect(old(['strength'])).toEqual({ strength: 0.4 });
  });
});

it('older versions are brought up to date, one after the other', () => {
  const kind: DocumentKind = {
    format: 'thing',
    name: 'thing',
    version: 4,
    steps: {
      2: ({ force, ...rest }) => ({ ...rest, strength: Number(force) / 100 }),
      3: (document) => ({ ...document, list: [document.strength] }),
    },
  };
  expect(migrate({ format: 'thing', version: 2, force: 40 }, kind)).toEqual({ format: 'thing', version: 4, strength: 0.4, list: [0.4] }); // prettier-ignore
  expect(migrate({ format: 'thing', version: 4, force: 40 }, kind)).toMatchObject({ force: 40 });
  expect(() => migrate({ format: 'thing', version: 1 }, kind)).toThrow(/version 1 is no longer/);
  expect(() => migrate({ format: 'thing', version: 5 }, kind)).toThrow(/newer/);
});

describe('what the network is asked for', () => {
  it('does not depend on mask, strength and stage', () => {
    const edit = newEdit(photo, 0);
    const other = edited(edit, { strength: 0.1, stage: 1, regions: regions({ kind: 'invert' }) });
    expect(editToResultSettings(other)).toEqual(ResultSettings.parse({}));
    const model = {
      plugin: 'x',
      provider: 'cpu',
      tile: 256,
      selfEnsemble: true,
      skip: false,
    } as const;
    expect(editToResultSettings(edited(edit, model))).toEqual({ ...model, rois: [] });
  });

  it('has boxes inside the photo', () => {
    const hints = [box, { ...box, x: 700 }, { ...box, strength: 0 }];
    const { rois } = editToResultSettings(edited(newEdit(photo, 0), { hints }));
    expect(rois).toEqual([{ x: 0, y: 20, w: 30, h: 30, strength: 0.5 }]);
  });

  it('has painted areas as boxes', () => {
    const paint = (hint: Hint) =>
      editToResultSettings(edited(newEdit(photo, 0), { hints: [hint] })).rois;
    expect(paint(painted)).toEqual([{ x: 80, y: 160, w: 80, h: 40, strength: 1 }]);
    expect(paint({ ...painted, paint: EVERYWHERE })).toEqual([]);
    const faint = { ...dot, flow: 0.5, points: [[96, 96]] as [number, number][] };
    const boxes = paint({ ...painted, strength: 0.8, paint: regions(faint) });
    expect(new Set(boxes.map(({ strength }) => strength))).toEqual(new Set([0.2, 0.4]));
    const area = boxes.reduce((sum, { w, h, strength }) => sum + w * h * (strength / 0.4), 0);
    expect(Math.abs(area / (Math.PI * 32 ** 2) - 1)).toBeLessThan(0.1);
  });

  it('never has more boxes than the engine takes, however wild the drawing', () => {
    const large = { ...photo, width: 4000, height: 3000 };
    const points = Array.from({ length: 3000 }, (_, i): [number, number] => [
      (i * 7919) % 4000,
      (i * 104_729) % 3000,
    ]);
    const wild = points.slice(0, 400).map(([x, y]) => ({ ...dot, size: 30, points: [[x, y]] as [number, number][] })); // prettier-ignore
    const hints = [box, { ...painted, paint: regions(...wild) }, painted];
    const result = editToResultSettings(edited(newEdit(large, 0), { hints }));
    expect(ResultSettings.safeParse(result).success).toBe(true);
    expect(result.rois.length).toBeGreaterThan(100);
  });
});

describe('copy and paste', () => {
  const from = {
    photo,
    settings: {
      ...DEFAULT_SETTINGS,
      plugin: 'x',
      strength: 0.4,
      hints: [box],
      regions: regions(dot as never, { kind: 'grow', amount: 10 }),
    },
  };
  const to = { photo: { width: 300, height: 800 }, settings: { ...DEFAULT_SETTINGS, stage: 2 } };

  it('takes only what is asked for', () => {
    expect(applySettings(from, to, [])).toEqual(to.settings);
    expect(applySettings(from, to, ['model', 'stage'])).toEqual({
      ...DEFAULT_SETTINGS,
      plugin: 'x',
    });
    expect(applySettings(from, to, ['strength'])).toEqual({ ...to.settings, strength: 0.4 });
  });

  it('stretches what is drawn to the other photo', () => {
    const { regions: drawn, hints } = applySettings(from, to, ['regions', 'hints']);
    // Half as wide, twice as high: the brush stays.
    expect(drawn.operations).toEqual([
      { ...dot, points: [[48, 192]] },
      { kind: 'grow', amount: 10 },
    ]);
    expect(hints).toEqual([{ ...box, x: -5, y: 40, w: 20, h: 60 }]);
    expect(applySettings(from, { ...to, photo }, ['regions']).regions).toBe(from.settings.regions);
  });

  it('presets hold the same, and survive the disk', () => {
    const made = makePreset(' Soft ', from, ['strength', 'regions']);
    const preset = readPreset(JSON.parse(JSON.stringify(made)));
    expect([preset.name, presetParts(preset)]).toEqual(['Soft', ['strength', 'regions']]);
    expect(applyPreset(preset, to)).toEqual(applySettings(from, to, ['strength', 'regions']));
    expect(() => makePreset('', from, ['stage'])).toThrow(/preset cannot be read: name/);
    expect(() => readPreset({ ...made, settings: { strength: 7 } })).toThrow(/settings\.strength/);
    expect(() => readPreset({ ...made, version: 3 })).toThrow(/newer/);
  });
});

it.each([
  [{}, 'same'],
  [{ name: 'b.jpg' }, 'same'],
  [{ bytes: 1 }, 'same'],
  [{ hash: 'cd'.repeat(32) }, 'changed'],
  [{ hash: null }, 'same'],
  [{ hash: null, bytes: 1 }, 'changed'],
  [{ hash: null, bytes: null }, 'same'],
  [{ width: 601 }, 'other'],
] as const)('a photo with %j is %s', (fields, expected) => {
  expect(matchPhoto(photo, { ...photo, ...fields })).toBe(expected);
});
