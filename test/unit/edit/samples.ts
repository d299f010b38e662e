/** Edits for the tests of this folder. */
import {
  newEdit,
  settingsOf,
  type Edit,
  type EditSettings,
} from '../../../src/shared/edit/edit.js';
import type { Hint } from '../../../src/shared/edit/hints.js';
import { change } from '../../../src/shared/edit/history.js';
import { writeEdit } from '../../../src/shared/edit/write-edit.js';
import {
  addOperation,
  strokePath,
  type BrushPoint,
  type BrushStroke,
} from '../../../src/shared/regions/index.js';
import { regions } from '../regions/helpers.js';

export const photo = {
  name: 'a.jpg',
  width: 600,
  height: 400,
  bytes: 12_345,
  hash: 'ab'.repeat(32),
};
export const box = {
  ...({ kind: 'box', id: '1', name: 'Eye', strength: 0.5, x: -10, y: 20, w: 40, h: 30 } as const),
} satisfies Hint;
export const painted = {
  ...({ kind: 'painted', id: '2', name: 'Hair', strength: 1 } as const),
  paint: regions({ kind: 'rectangle', mode: 'add', x: 80, y: 160, w: 80, h: 40 }),
} satisfies Hint;

const BRUSH = { kind: 'stroke', mode: 'add', size: 64, hardness: 1, flow: 1 } as const;

export function strokeThrough(...points: BrushPoint[]): BrushStroke {
  return { ...BRUSH, ...strokePath(points) };
}

/** Changes settings as one step. */
export function edited(edit: Edit, fields: Partial<EditSettings>, label = 'Change'): Edit {
  const state = { ...settingsOf(edit), ...fields };
  return { ...edit, history: change(edit.history, state, { label, time: 2 }) };
}

/** Returns a new edit with `count` strokes, each a step. */
export function withStrokes(count: number, stroke: (i: number) => BrushStroke): Edit {
  let edit = newEdit(photo, 1);
  for (let i = 0; i < count; i++) {
    edit = edited(edit, { regions: addOperation(settingsOf(edit).regions, stroke(i)) }, 'Brush');
  }
  return edit;
}

/** Returns what a file holds after the edit was saved. */
export function onDisk(edit: Edit): Record<string, unknown> {
  return JSON.parse(JSON.stringify(writeEdit(edit))) as Record<string, unknown>;
}
