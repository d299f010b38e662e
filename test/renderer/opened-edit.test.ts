/** Restoring the saved edit of a photo. */
import { beforeEach, describe, expect, it } from 'vitest';
import { openEdit } from '../../src/renderer/editor/opened-edit.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { viewSettings } from '../../src/renderer/app/view-memory.svelte.js';
import { ViewState } from '../../src/renderer/editor/view.svelte.js';
import type { OpenedPhoto } from '../../src/shared/protocol/calls.js';
import { DEFAULT_SETTINGS, settingsOf } from '../../src/shared/edit/edit.js';
import { feathers, sidecarOf } from '../unit/hostile.js';
import { Host, opened, settle } from './double.js';

let host: Host;
/** Saved edit as parsed JSON, like the host returns it. */
let file: unknown;

beforeEach(async () => {
  host = new Host();
  const photo = new PhotoState(host, opened(), 'f-0000000000000001');
  const view = new ViewState();
  view.canvas = { width: 300, height: 200 };
  view.show(photo.info);
  view.zoomTo(2);
  view.split = 0.25;
  view.maskShown = true;
  photo.readView = () => viewSettings(view);
  const hint = {
    id: 'a',
    name: 'Eyes',
    kind: 'box',
    strength: 0.5,
    x: 1,
    y: 2,
    w: 3,
    h: 4,
  } as const;
  photo.addHint(hint);
  photo.addRegion({ kind: 'rectangle', mode: 'add', x: 5, y: 6, w: 70, h: 80 });
  photo.change('strength', (now) => ({ ...now, strength: 0.5, provider: 'cpu', stage: 2 }));
  photo.change('tile', (now) => ({ ...now, tile: 256 }));
  photo.undo();
  void photo.persistence.save();
  await settle();
  const { edit } = host.of('saveEdit')[0]!.input as { edit: unknown };
  file = JSON.parse(JSON.stringify(edit));
});

const open = (info: Partial<OpenedPhoto>): ReturnType<typeof openEdit> =>
  openEdit({ ...opened(), edit: file, editFrom: 'sidecar', ...info }, DEFAULT_SETTINGS, 0);

describe('a saved edit', () => {
  it('restores settings, history position and view', () => {
    const photo = new PhotoState(
      host,
      { ...opened(), edit: file, editFrom: 'sidecar' },
      'f-0000000000000001',
    );
    expect(photo.current).toMatchObject({ strength: 0.5, provider: 'cpu', stage: 2, tile: 'auto' });
    expect(photo.hints.map(({ name }) => name)).toEqual(['Eyes']);
    expect(photo.regions.operations).toHaveLength(1);
    expect([photo.dirty, photo.notice, photo.resumed]).toEqual([false, null, true]);
    photo.redo();
    expect(photo.current.tile).toBe(256);
    for (let i = 0; i < 9; i++) photo.undo();
    expect(photo.current).toEqual(DEFAULT_SETTINGS);
    expect(photo.edit.view).toMatchObject({ zoom: 2, split: 0.25, showMask: true });
    expect(photo.edit.view.centre).toEqual({ x: 300, y: 200 });
  });

  it('belongs to the same file under another name', () => {
    const { edit, notice } = open({ name: 'renamed.jpg' });
    expect([edit.photo.name, notice]).toEqual(['renamed.jpg', null]);
  });

  it('is reported and not used if it exceeds a limit', () => {
    const text = sidecarOf(feathers(20_000), { width: 600, height: 400 });
    const { edit, notice, resumed } = open({ edit: JSON.parse(text) as unknown });
    expect([settingsOf(edit), resumed]).toEqual([DEFAULT_SETTINGS, false]);
    expect(notice).toMatchObject({ kind: 'invalid', untouched: true });
    expect(notice?.error?.params).toMatchObject({
      details: expect.stringContaining('more than 50 operations') as string,
    });
  });

  it('is used and reported if the file has changed', () => {
    const { edit, notice } = open({ hash: '1'.repeat(64), bytes: 2000 });
    expect([settingsOf(edit).strength, notice?.kind]).toEqual([0.5, 'changed']);
    expect([edit.photo.hash, edit.photo.bytes]).toEqual(['1'.repeat(64), 2000]);
  });

  it('is not used for a photo of another size', () => {
    const { edit, notice, saved, resumed } = open({ width: 800 });
    expect(settingsOf(edit)).toEqual(DEFAULT_SETTINGS);
    expect([notice?.kind, notice?.untouched]).toEqual(['other', true]);
    expect([saved, resumed]).toEqual([settingsOf(edit), false]);
    // The next change overwrites an autosave.
    expect(open({ width: 800, editFrom: 'autosave' }).notice?.untouched).toBe(false);
  });

  it.each([
    ['nonsense', 'x'],
    ['a newer version', { format: 'unsmear-edit', version: 99 }],
    ['another document', { format: 'unsmear-preset', version: 1 }],
  ])('is reported and not overwritten if it is %s', async (_, edit) => {
    const photo = new PhotoState(
      host,
      { ...opened(), edit, editFrom: 'sidecar' },
      'f-0000000000000001',
    );
    expect(photo.notice?.kind).toBe('invalid');
    expect(photo.notice?.error?.code).toBe('edit-invalid');
    expect([photo.dirty, photo.current]).toEqual([false, DEFAULT_SETTINGS]);
    await photo.persistence.flush();
    expect(host.of('saveEdit')).toHaveLength(1);
  });

  it('loses only the history if the history is damaged', () => {
    const damaged = { ...(file as object), history: { current: 99, steps: [] } };
    const { edit, notice } = open({ edit: damaged });
    expect([settingsOf(edit).strength, edit.history.steps.length]).toEqual([0.5, 1]);
    expect(notice).toMatchObject({ kind: 'damaged', lost: ['history'] });
  });
});

describe('a recovered edit', () => {
  it('is reported and counts as unsaved', () => {
    const photo = new PhotoState(
      host,
      { ...opened(), edit: file, editFrom: 'autosave' },
      'f-0000000000000001',
    );
    expect([photo.notice?.kind, photo.dirty, photo.strength]).toEqual(['recovered', true, 0.5]);
    // It is autosaved, so nothing would be lost.
    expect([photo.persistence.atRisk, photo.persistence.unfinished]).toEqual([false, true]);
  });
});

describe('a photo without an edit', () => {
  it("starts clean with the user's defaults", () => {
    const defaults = { ...DEFAULT_SETTINGS, provider: 'cpu', skip: false } as const;
    const photo = new PhotoState(
      host,
      opened(),
      'f-0000000000000001',
      openEdit(opened(), defaults, 0),
    );
    expect([photo.options.provider, photo.options.skip, photo.dirty]).toEqual([
      'cpu',
      false,
      false,
    ]);
  });
});

describe('an edit that could not be read by the host', () => {
  it("is reported with the host's message and replaced only by saving", () => {
    const editProblem = { code: 'edit-invalid', params: { reason: 'too-deep' } } as const;
    const found = open({ edit: null, editProblem });
    expect(found.notice).toEqual({
      kind: 'invalid',
      untouched: true,
      lost: [],
      error: editProblem,
    });
    expect(found.resumed).toBe(false);
  });
});
