/** Edits in memory: settings for a result, and transfer to other photos. */
import { describe, expect, it } from 'vitest';
import { ResultSettings } from '../../../src/shared/protocol/calls.js';
import {
  DEFAULT_SETTINGS,
  editToResultSettings,
  matchPhoto,
  newEdit,
} from '../../../src/shared/edit/edit.js';
import {
  applyPreset,
  applySettings,
  makePreset,
  presetParts,
  readPreset,
} from '../../../src/shared/edit/edit-transfer.js';
import type { Hint } from '../../../src/shared/edit/hints.js';
import { EVERYWHERE } from '../../../src/shared/regions/index.js';
import { regions } from '../regions/helpers.js';
import { box, edited, painted, photo, strokeThrough } from './samples.js';

const dot = strokeThrough([96, 96]);

describe('the settings of a result', () => {
  it('do not contain mask, strength and stage', () => {
    const edit = newEdit(photo, 0);
    const other = edited(edit, { strength: 0.1, stage: 1, regions: regions({ kind: 'invert' }) });
    expect(editToResultSettings(other)).toEqual(ResultSettings.parse({}));
    const model = {
      plugin: 'x',
      provider: 'cpu',
      tile: 256,
      workAt: 'half',
      selfEnsemble: true,
      skip: false,
      grain: 0.4,
    } as const;
    expect(editToResultSettings(edited(edit, model))).toEqual({ ...model, rois: [] });
  });

  it('have hints as boxes inside the photo', () => {
    const hints = [box, { ...box, x: 700 }, { ...box, strength: 0 }];
    const { rois } = editToResultSettings(edited(newEdit(photo, 0), { hints }));
    expect(rois).toEqual([{ x: 0, y: 20, w: 30, h: 30, strength: 0.5 }]);
  });

  it('have painted hints as boxes', () => {
    const paint = (hint: Hint) =>
      editToResultSettings(edited(newEdit(photo, 0), { hints: [hint] })).rois;
    expect(paint(painted)).toEqual([{ x: 80, y: 160, w: 80, h: 40, strength: 1 }]);
    expect(paint({ ...painted, paint: EVERYWHERE })).toEqual([]);
    const faint = { ...dot, flow: 0.5 };
    const boxes = paint({ ...painted, strength: 0.8, paint: regions(faint) });
    expect(new Set(boxes.map(({ strength }) => strength))).toEqual(new Set([0.2, 0.4]));
    const area = boxes.reduce((sum, { w, h, strength }) => sum + w * h * (strength / 0.4), 0);
    expect(Math.abs(area / (Math.PI * 32 ** 2) - 1)).toBeLessThan(0.1);
  });

  it('never have more boxes than the engine takes', () => {
    const large = { ...photo, width: 4000, height: 3000 };
    const points = Array.from({ length: 3000 }, (_, i): [number, number] => [
      (i * 7919) % 4000,
      (i * 104_729) % 3000,
    ]);
    const wild = points.slice(0, 400).map(([x, y]) => ({ ...strokeThrough([x, y]), size: 30 }));
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
      regions: regions(dot, { kind: 'grow', amount: 10 }),
    },
  };
  const to = { photo: { width: 300, height: 800 }, settings: { ...DEFAULT_SETTINGS, stage: 2 } };

  it('takes only the chosen parts', () => {
    expect(applySettings(from, to, [])).toEqual(to.settings);
    expect(applySettings(from, to, ['model', 'stage'])).toEqual({
      ...DEFAULT_SETTINGS,
      plugin: 'x',
    });
    expect(applySettings(from, to, ['strength'])).toEqual({ ...to.settings, strength: 0.4 });
  });

  it('stretches regions and hints to the other photo', () => {
    const { regions: drawn, hints } = applySettings(from, to, ['regions', 'hints']);
    // Half as wide, twice as high: the brush stays.
    expect(drawn.operations).toEqual([strokeThrough([48, 192]), { kind: 'grow', amount: 10 }]);
    expect(hints).toEqual([{ ...box, x: -5, y: 40, w: 20, h: 60 }]);
    expect(applySettings(from, { ...to, photo }, ['regions']).regions).toBe(from.settings.regions);
  });

  it('copies the size of the work with the model, but not from presets that lack it', () => {
    const half = { ...from, settings: { ...from.settings, workAt: 'half' } as const };
    expect(applySettings(half, to, ['model']).workAt).toBe('half');
    const { plugin } = makePreset('Old', half, ['model']).settings;
    const old = readPreset({ ...makePreset('Old', half, ['model']), settings: { plugin } });
    const quarter = { ...to, settings: { ...to.settings, workAt: 'quarter' } as const };
    expect(applyPreset(old, quarter).workAt).toBe('quarter');
  });

  it('gives the same through a stored preset', () => {
    const made = makePreset(' Soft ', from, ['strength', 'regions']);
    const preset = readPreset(JSON.parse(JSON.stringify(made)));
    expect([preset.name, presetParts(preset)]).toEqual(['Soft', ['strength', 'regions']]);
    expect(applyPreset(preset, to)).toEqual(applySettings(from, to, ['strength', 'regions']));
    expect(() => makePreset('', from, ['stage'])).toThrow(/preset.*name: /);
    expect(() => readPreset({ ...made, settings: { strength: 7 } })).toThrow(/settings\.strength/);
    expect(() => readPreset({ ...made, version: 4 })).toThrow(/newer/);
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
