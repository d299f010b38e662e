/** Photos, themes, view, requests, notices and brush. */
import { describe, expect, it } from 'vitest';
import { brushStep, BRUSH_MAX, BRUSH_MIN } from '../../src/renderer/editor/drawing/brush.svelte.js';
import { Loadable } from '../../src/renderer/host/loadable.svelte.js';
import { LatestRequest } from '../../src/renderer/host/latest-request.js';
import { Notices } from '../../src/renderer/editor/notices.svelte.js';
import { Photos } from '../../src/renderer/editor/photos.svelte.js';
import { ViewState } from '../../src/renderer/editor/view.svelte.js';
import { effectiveTheme } from '../../src/renderer/theme/theme.js';
import type { FileEntry } from '../../src/shared/protocol/calls.js';
import { Host, opened, settle } from './double.js';

const file = (n: number): FileEntry => ({
  ref: `f-000000000000000${n}`,
  ...{ name: `${n}.jpg`, kind: 'photo', bytes: 1, modified: null },
});

describe('opening and closing photos', () => {
  it('opens them in order, shows the first and keeps failures with their file', async () => {
    const host = new Host();
    const photos = new Photos(host);
    void photos.open([file(1), file(2), file(3)]);
    await host.of('openPhoto')[0]!.answer(opened('p-00000001'));
    await host
      .of('openPhoto')[1]!
      .refuse({ code: 'image-broken', params: { reason: 'empty', name: 'b.jpg' } });
    await host.of('openPhoto')[2]!.answer(opened('p-00000003'));
    expect(photos.list).toHaveLength(2);
    expect(photos.currentId).toBe('p-00000001');
    expect(photos.openings.map(({ error }) => error?.code)).toEqual(['image-broken']);
    photos.dismiss(file(2).ref);
    expect(photos.openings).toEqual([]);
  });

  it('shows a photo that is open already instead of opening it again', async () => {
    const host = new Host();
    const photos = new Photos(host);
    void photos.open([file(1), file(2)]);
    await host.of('openPhoto')[0]!.answer(opened('p-00000001'));
    await host.of('openPhoto')[1]!.answer(opened('p-00000002'));
    await photos.open([file(2)]);
    expect(photos.currentId).toBe('p-00000002');
    expect(host.of('openPhoto')).toHaveLength(2);
  });

  it('shows the neighbour of a photo that is closed', async () => {
    const host = new Host();
    const photos = new Photos(host);
    void photos.open([file(1), file(2)]);
    await host.of('openPhoto')[0]!.answer(opened('p-00000001'));
    await host.of('openPhoto')[1]!.answer(opened('p-00000002'));
    void photos.close(photos.current!);
    expect(photos.currentId).toBe('p-00000002');
    photos.step(1);
    expect(photos.currentId).toBe('p-00000002');
    void photos.close(photos.current!);
    expect(photos.current).toBeNull();
  });

  it('cancels an opening without reporting a failure', async () => {
    const host = new Host();
    const photos = new Photos(host);
    void photos.open([file(1)]);
    photos.dismiss(file(1).ref);
    await settle();
    expect(host.of('openPhoto')[0]!.signal.aborted).toBe(true);
    expect([photos.openings, photos.list]).toEqual([[], []]);
  });
});

describe('themes', () => {
  it("follow the system's contrast before its brightness", () => {
    expect(effectiveTheme('system', { light: true, contrast: true })).toBe('contrast');
    expect(effectiveTheme('system', { light: true, contrast: false })).toBe('light');
    expect(effectiveTheme('dark', { light: true, contrast: true })).toBe('dark');
  });
});

describe('the view', () => {
  function view(): ViewState {
    const state = new ViewState();
    state.canvas = { width: 1000, height: 500 };
    state.show({ width: 4000, height: 2000 });
    return state;
  }

  it('stays fitted while the window is resized, until it is zoomed', () => {
    const state = view();
    const fitted = state.viewport.scale;
    state.canvas = { width: 500, height: 250 };
    expect(state.viewport.scale).toBeLessThan(fitted);
    state.zoomTo(1);
    state.canvas = { width: 900, height: 450 };
    expect(state.viewport.scale).toBe(1);
  });

  it("follows the crosshair at the pane's edge", () => {
    const state = view();
    state.zoomTo(1);
    const { x } = state.viewport;
    state.moveCursor(100, 0);
    expect(state.viewport.x).toBe(x);
    state.moveCursor(600, 0);
    expect(state.viewport.x).toBe(x + 200);
    state.moveCursor(1e6, 0);
    expect(state.cursor?.x).toBe(4000);
  });

  it('uses half of the canvas side by side', () => {
    const state = view();
    state.hasResult = true;
    state.mode = 'side';
    expect(state.pane.width).toBe(499);
  });
});

describe('the latest request', () => {
  it('replaces earlier ones, whose failures are ignored', async () => {
    const latest = new LatestRequest();
    const first = latest.run((signal) => {
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(new Error())),
      );
    });
    const second = latest.run(() => Promise.resolve('new'));
    expect(await first).toBeUndefined();
    expect(await second).toBe('new');
    expect(latest.busy).toBe(false);
    await expect(latest.run(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });

  it('keeps the last value during and after a failed reload', async () => {
    const answers = [Promise.resolve(1), Promise.reject(new Error('gone'))];
    const loadable = new Loadable(() => answers.shift()!);
    await loadable.load();
    const again = loadable.load();
    expect([loadable.phase, loadable.value]).toEqual(['loading', 1]);
    await again;
    expect([loadable.phase, loadable.value, loadable.error]).toEqual([
      'failed',
      1,
      expect.objectContaining({ params: { reason: 'unexpected', details: 'gone' } }),
    ]);
  });
});

describe('notices', () => {
  it('are listed once each, and are announced again after other texts', () => {
    const notices = new Notices();
    notices.show('error', 'x');
    const id = notices.show('error', 'x');
    expect(notices.list).toHaveLength(1);
    notices.dismiss(id);
    expect(notices.list).toEqual([]);
    notices.say('done');
    const { spoken } = notices;
    notices.say('done');
    expect(notices.spoken).not.toBe(spoken);
  });
});

describe('the brush', () => {
  it('changes with every step and stays within its limits', () => {
    expect(brushStep(BRUSH_MIN, 1)).toBeGreaterThan(BRUSH_MIN);
    expect([brushStep(BRUSH_MIN, -1), brushStep(BRUSH_MAX, 1)]).toEqual([BRUSH_MIN, BRUSH_MAX]);
  });
});
