/**
 * Limits of an edit: a large retouch passes; old steps that do not fit are dropped, and hostile
 * files are refused early.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { newEdit, settingsOf, type Edit } from '../../../src/shared/edit/edit.js';
import { jumpTo, present, type History } from '../../../src/shared/edit/history.js';
import {
  fitHistory,
  MAX_EDIT_BYTES,
  MAX_REFERENCES,
  MAX_STEPS,
  settingsProblem,
} from '../../../src/shared/edit/limits.js';
import { readEdit } from '../../../src/shared/edit/read-edit.js';
import { writeEdit } from '../../../src/shared/edit/write-edit.js';
import type { EditSettings } from '../../../src/shared/edit/edit.js';
import { addOperation, type RegionOperation } from '../../../src/shared/regions/index.js';
import { regions } from '../regions/helpers.js';
import { edited, onDisk, painted, photo, strokeThrough, withStrokes } from './samples.js';

const LARGE = { ...photo, width: 6000, height: 4000 };
const NO_WORK = { mask: new WeakMap(), hints: new WeakMap() };

describe('a retouch of 5,000 strokes with 200 points each', { timeout: 60_000 }, () => {
  let edit: Edit;
  let file: Record<string, unknown>;

  beforeAll(() => {
    edit = { ...withStrokes(5000, spiral), photo: LARGE };
    file = onDisk(edit);
  });

  it('is saved with every undo step, in a few megabytes', () => {
    expect(writeEdit(edit).history?.steps).toHaveLength(5001);
    expect(JSON.stringify(file).length).toBeLessThan(8 << 20);
  });

  it('is read without loss', () => {
    const { edit: read, lost } = readEdit(file, 0);
    expect(lost).toEqual([]);
    expect(settingsOf(read)).toEqual(settingsOf(edit));
    expect(read.history.steps).toHaveLength(5001);
    const [before, last] = read.history.steps
      .slice(-2)
      .map(({ state }) => state.regions.operations);
    expect(before).toEqual(last!.slice(0, -1));
    expect(before![0]).toBe(last![0]);
  });

  it('leaves room for more', () => {
    const { regions, hints } = settingsOf(edit);
    const more = addOperation(regions, { kind: 'feather', radius: 4 });
    expect(settingsProblem({ regions: more, hints }, LARGE, NO_WORK, 0.8)).toBeNull();
  });
});

function spiral(i: number) {
  const centre = [300 + (i % 73) * 70, 300 + Math.floor(i / 73) * 50] as const;
  return {
    ...strokeThrough(
      ...Array.from({ length: 200 }, (_, k): [number, number] => [
        centre[0] + k * Math.cos(k / 9),
        centre[1] + k * Math.sin(k / 9),
      ]),
    ),
    size: 40,
  };
}

describe('a history that does not fit', () => {
  const steps = (count: number, state: (i: number) => EditSettings): History<EditSettings> => ({
    steps: Array.from({ length: count }, (_, i) => ({ label: 'x', time: i, state: state(i) })),
    current: count - 1,
    group: null,
  });
  const settings = settingsOf(newEdit(photo, 0));

  it('keeps the newest steps', () => {
    const history = steps(MAX_STEPS + 5, (i) => ({ ...settings, strength: i / 20_000 }));
    const fitted = fitHistory(history);
    expect(fitted.steps).toHaveLength(MAX_STEPS);
    expect(present(fitted)).toBe(present(history));
    expect(fitted.steps[0]!.time).toBe(5);
  });

  it('keeps the current step, and earlier steps rather than undone ones', () => {
    const history = steps(MAX_STEPS + 5, (i) => ({ ...settings, strength: i / 20_000 }));
    const fitted = fitHistory(jumpTo(history, 100));
    expect(present(fitted)).toBe(history.steps[100]!.state);
    expect([fitted.current, fitted.steps[0]!.time]).toEqual([100, 0]);
  });

  it('is bounded by the operations of all states together', () => {
    const list = Array.from({ length: 19_000 }, (): RegionOperation => ({ kind: 'invert' }));
    const history = steps(1000, () => ({ ...settings, regions: regions(...list) }));
    const { length } = fitHistory(history).steps;
    expect(length).toBe(Math.floor(MAX_REFERENCES / list.length));
  });

  it('is bounded by the size of the file', { timeout: 20_000 }, () => {
    const mask = () => ({ width: 9, height: 9, data: 'A'.repeat(1 << 20) });
    const history = steps(40, () => ({
      ...settings,
      regions: regions({ kind: 'bitmap', mode: 'add', map: mask() }),
    }));
    const file = writeEdit({ ...newEdit(photo, 0), history });
    expect(file.history!.steps.length).toBeLessThan(40);
    expect(file.history!.steps.length).toBeGreaterThan(10);
    expect(JSON.stringify(file).length).toBeLessThan(MAX_EDIT_BYTES);
  });

  it('survives labels and names that JSON must escape', () => {
    const wild = '\u0001'.repeat(80);
    let edit = newEdit(photo, 0);
    for (let i = 0; i < 50; i++) {
      const hints = Array.from({ length: 20 }, (_, k) => ({
        ...painted,
        id: `${i}-${k}`,
        name: wild,
      }));
      edit = edited(edit, { hints, regions: regions(strokeThrough([i, 1])) }, wild);
    }
    expect(readEdit(onDisk(edit), 0).edit.history).toEqual(edit.history);
  });

  it('stays the same object if it fits', () => {
    const history = steps(3, (i) => ({ ...settings, strength: i / 3 }));
    expect(fitHistory(history)).toBe(history);
  });
});

describe('settings that cannot be opened again', () => {
  const settings = settingsOf(newEdit(photo, 0));

  it('are detected by the size of mask and hints together', () => {
    const long = strokeThrough([0, 0]);
    const half = { ...long, path: long.path.padEnd(13_000_000, 'A') };
    const hint = { ...painted, paint: regions(half) };
    const problem = (fields: Partial<EditSettings>) =>
      settingsProblem({ ...settings, ...fields }, photo, NO_WORK);
    expect(problem({ regions: regions(half, half) })).toMatch(/too large/);
    expect(problem({ regions: regions(half), hints: [hint] })).toMatch(/too large/);
  });

  it('are detected by the time to draw them', () => {
    const points = Array.from({ length: 50_000 }, (): [number, number] => [9, 9]);
    const huge = { ...strokeThrough(...points), size: 1e6 };
    const problem = settingsProblem({ ...settings, regions: regions(huge) }, photo, NO_WORK);
    expect(problem).toMatch(/too long to draw/);
  });
});

describe('a hostile file', { timeout: 20_000 }, () => {
  const file = (fields: object): unknown => ({ ...onDisk(newEdit(photo, 0)), ...fields });
  const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

  it('whose lists grow from each other loses only its steps', () => {
    const lists = [
      many(9003, 0).fill(-1, 0, 1),
      ...Array.from({ length: 5000 }, (_, i) => [i, 0, 0, 0]),
    ];
    const steps = lists.map((_, i) => ({ label: 'x', time: 0, set: { regions: i } }));
    const { edit, lost } = readEdit(
      file({ operations: [{ kind: 'invert' }], lists, history: { current: 0, steps } }),
      0,
    );
    expect(settingsOf(edit).regions.operations).toEqual([]);
    expect(lost).toEqual(['history']);
  });

  it('with more operations than a mask may have is refused before they are validated', () => {
    const lists = [[-1, 0, 0, ...many(20_001, 0)]];
    const value = file({ operations: ['nonsense'], lists, settings: { regions: 0 } });
    expect(() => readEdit(value, 0)).toThrow(/more than 20,000 operations/);
  });

  it('with more steps than a history may have loses its steps', () => {
    const history = { current: 0, steps: many(MAX_STEPS + 1, { label: '', time: 0, set: {} }) };
    expect(readEdit(file({ history }), 0).lost).toHaveLength(1);
  });
});
