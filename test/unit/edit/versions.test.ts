/** Edits and presets that older versions of Unsmear saved. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, settingsOf } from '../../../src/shared/edit/edit.js';
import { readPreset } from '../../../src/shared/edit/edit-transfer.js';
import { migrate, type DocumentKind } from '../../../src/shared/edit/migrate.js';
import { readEdit } from '../../../src/shared/edit/read-edit.js';
import { onDisk, painted, photo, strokeThrough } from './samples.js';
import { lasso, regions } from '../regions/helpers.js';

const BRUSH = { kind: 'stroke', mode: 'add', size: 64, hardness: 1, flow: 1 };
const STATE = { ...DEFAULT_SETTINGS, regions: { version: 1, operations: [] } };

/** An edit as version 2 saved it: `{ "$": n }` stands for entry n of `shared`. */
const old = {
  format: 'unsmear-edit',
  version: 2,
  photo,
  view: { zoom: 2 },
  settings: { $: 0 },
  history: {
    current: 2,
    steps: [
      { label: 'open', time: 1, state: STATE },
      {
        label: 'Brush',
        time: 2,
        state: { ...STATE, regions: { version: 1, operations: [{ $: 1 }] } },
      },
      { label: 'Lasso', time: 3, state: null },
      {
        label: 'Strength',
        time: 4,
        state: {
          ...STATE,
          strength: 0.5,
          hints: [{ $: 2 }],
          regions: { version: 1, operations: [{ $: 1 }] },
        },
      },
    ],
  },
  shared: [
    {
      ...STATE,
      hints: [{ $: 2 }],
      regions: {
        version: 1,
        operations: [
          { $: 1 },
          {
            kind: 'lasso',
            mode: 'erase',
            points: [
              [0, 0],
              [9, 0.5],
              [4, 7],
            ],
          },
        ],
      },
    },
    {
      ...BRUSH,
      points: [
        [1, 2, 0.25],
        [3.5, 4, 1],
      ],
    },
    { ...painted, paint: { version: 1, operations: [{ $: 3 }] } },
    { kind: 'rectangle', mode: 'add', x: 80, y: 160, w: 80, h: 40 },
  ],
};

describe('an edit of version 2', () => {
  const { edit, lost } = readEdit(old, 0);
  const stroke = strokeThrough([1, 2, 0.25], [3.5, 4, 1]);

  it('is read with its strokes, hints and history', () => {
    expect(lost).toEqual([]);
    expect(edit.view.zoom).toBe(2);
    const steps = edit.history.steps.map(({ label, state }) => [label, state]);
    const outline = lasso(
      [
        [0, 0],
        [9, 0.5],
        [4, 7],
      ],
      'erase',
    );
    const drawn = { ...DEFAULT_SETTINGS, regions: regions(stroke) };
    expect(steps).toEqual([
      ['open', DEFAULT_SETTINGS],
      ['Brush', drawn],
      ['Lasso', { ...drawn, hints: [painted], regions: regions(stroke, outline) }],
      ['Strength', { ...drawn, hints: [painted], strength: 0.5 }],
    ]);
    expect(edit.history.current).toBe(2);
  });

  it('is saved in the new form, from which it is read again', () => {
    const saved = onDisk(edit);
    expect(saved.version).toBe(3);
    expect(readEdit(saved, 0)).toEqual({ edit, lost: [] });
  });

  it('moves no point by more than 1/128 pixel', () => {
    const points = Array.from({ length: 50 }, (_, i): [number, number] => [i * 1.2345, i / 7]);
    const regions = { version: 1, operations: [{ ...BRUSH, points }] };
    const { edit } = readEdit({ ...old, settings: { regions }, history: null }, 0);
    const [operation] = settingsOf(edit).regions.operations;
    expect(operation).toEqual(strokeThrough(...points));
  });

  it.each([
    ['settings that lead nowhere', { settings: { $: 9 } }],
    ['settings that contain themselves', { settings: { $: 0 }, shared: [{ a: { $: 0 } }] }],
    ['a reference with other fields', { settings: { $: 0, x: 1 } }],
    [
      'points that are not numbers',
      { settings: { regions: { version: 1, operations: [{ ...BRUSH, points: [['1', 2]] }] } } },
    ],
    ['regions of an unknown version', { settings: { regions: { version: 2, operations: [] } } }],
  ])('is refused for %s', (_, fields) => {
    expect(() => readEdit({ ...old, ...fields }, 0)).toThrow(
      /edit-invalid .*(settings|operations)/,
    );
  });

  it.each([
    ['leads nowhere', { $: 77 }],
    ['is a number', 7],
    ['has a step that is none', { current: 0, steps: [{ $: 77 }, 7] }],
    [
      'has a state that is none',
      {
        current: 0,
        steps: [
          { label: 'x', time: 0, state: null },
          { label: 'y', time: 0, state: 8 },
        ],
      },
    ],
  ])('keeps its settings if its history %s', (_, history) => {
    const { edit: read, lost: parts } = readEdit({ ...old, history }, 0);
    expect(settingsOf(read)).toEqual(settingsOf(edit));
    expect(parts).toEqual(['history']);
  });
});

describe('a document of version 1', () => {
  const state = (fields: object) => ({ ...STATE, ...fields });

  it('keeps the compact network in every state of its edit', () => {
    const states = [{ plugin: null }, { plugin: 'adn' }, { plugin: 'radn' }];
    const steps = states.map((fields) => ({ label: 'x', time: 0, state: state(fields) }));
    const current = { label: 'x', time: 0, state: null };
    const { edit, lost } = readEdit(
      {
        ...{ ...old, version: 1, shared: [] },
        settings: state({ plugin: 'radn', strength: 0.5 }),
        history: { current: 3, steps: [...steps, current] },
      },
      0,
    );
    expect(lost).toEqual([]);
    const plugins = edit.history.steps.map(({ state }) => state.plugin);
    expect(plugins).toEqual(['adn-fast', 'adn-fast', 'radn', 'radn']);
    const short = { format: 'unsmear-edit', version: 1, photo, settings: {} };
    expect(settingsOf(readEdit(short, 0).edit).plugin).toBe('adn-fast');
  });

  it('keeps it in a preset that sets a network, and sets none in others', () => {
    const preset = (settings: object) =>
      readPreset({ format: 'unsmear-preset', version: 1, name: 'Soft', photo, settings }).settings;
    expect(preset({ plugin: null, strength: 0.4 })).toMatchObject({
      plugin: 'adn-fast',
      strength: 0.4,
    });
    expect(preset({ strength: 0.4 })).toEqual({ strength: 0.4 });
  });
});

it('reads a preset of version 2 with its strokes and painted hints', () => {
  const drawn = { version: 1, operations: [{ ...BRUSH, points: [[1, 2]] }] };
  const { settings } = readPreset({
    ...{ format: 'unsmear-preset', version: 2, name: 'Soft', photo },
    settings: { regions: drawn, hints: [{ ...painted, paint: drawn }] },
  });
  const now = regions(strokeThrough([1, 2]));
  expect(settings).toEqual({ regions: now, hints: [{ ...painted, paint: now }] });
});

it('brings older versions up to date, one after the other', () => {
  const kind: DocumentKind = {
    format: 'thing',
    name: 'preset',
    version: 4,
    steps: {
      2: ({ force, ...rest }) => ({ ...rest, strength: Number(force) / 100 }),
      3: (document) => ({ ...document, list: [document.strength] }),
    },
  };
  expect(migrate({ format: 'thing', version: 2, force: 40 }, kind)).toEqual({
    format: 'thing',
    version: 4,
    strength: 0.4,
    list: [0.4],
  });
  expect(migrate({ format: 'thing', version: 4, force: 40 }, kind)).toMatchObject({ force: 40 });
  expect(() => migrate({ format: 'thing', version: 1 }, kind)).toThrow(/version 1 is no longer/);
  expect(() => migrate({ format: 'thing', version: 5 }, kind)).toThrow(/newer/);
});
