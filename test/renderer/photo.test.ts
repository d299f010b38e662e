/** One photo's wishes and results over the API. */
import { EVERYWHERE } from '../../src/shared/regions/index.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PhotoState } from '../../src/renderer/state/photo.svelte.js';
import type { StartedResult } from '../../src/shared/api/calls.js';
import { Host, opened, settle } from './double.js';

const FIRST = 'r-00000001';
const SECOND = 'r-00000002';
const started = (result: string, complete = false): StartedResult => ({
  ...{ result, stages: ['one', 'two'], maps: [], complete, blurredShare: null, version: 0 },
});
const rect = { x: 0, y: 0, w: 100, h: 100 };

let host: Host;
let photo: PhotoState;

beforeEach(() => {
  host = new Host();
  photo = new PhotoState(host, opened(), 'f-0000000000000001');
});
afterEach(() => vi.useRealTimers());

describe('restoring', () => {
  it('sends settings, hints and the view', () => {
    photo.setOptions({ provider: 'cpu' });
    photo.addHint(rect, 0.5);
    void photo.restore(rect);
    expect(host.of('startResult')[0]!.input).toMatchObject({
      photo: 'p-00000001',
      settings: { provider: 'cpu', rois: [{ ...rect, strength: 0.5 }] },
      view: rect,
    });
  });

  it('takes the answer of the newest wish only', async () => {
    void photo.restore(null);
    void photo.restore(null);
    const [old, young] = host.of('startResult');
    expect(old!.signal.aborted).toBe(true);
    await old!.answer(started(FIRST));
    expect(photo.model.result).toBeNull();
    await young!.answer(started(SECOND));
    expect(photo.model.result).toBe(SECOND);
  });

  it('does not lose events that come before the answer, nor takes those of another result', async () => {
    void photo.restore(null);
    photo.hear(FIRST, { type: 'stage', stage: 1, rect, version: 9, ms: 1 });
    photo.hear(SECOND, { type: 'stage', stage: 1, rect, version: 2, ms: 1 });
    await host.of('startResult')[0]!.answer(started(SECOND));
    expect(photo.model.version).toBe(2);
    expect(photo.versions?.of(rect)).toBe(2);
    photo.hear(FIRST, { type: 'failed', error: { code: 'internal', message: 'x' } });
    expect(photo.model.phase).toBe('running');
  });

  it('tells a failure in its place and leaves what was there', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    void photo.restore(null);
    await host.of('startResult')[1]!.refuse({ code: 'out-of-memory', message: 'Too large.' });
    expect(photo.model).toMatchObject({ phase: 'failed', result: FIRST });
    expect(photo.hasResult).toBe(true);
  });

  it('stops before the host has answered', async () => {
    void photo.restore(null);
    const stopping = photo.stop();
    expect(host.of('startResult')[0]!.signal.aborted).toBe(true);
    await host.of('stopResult')[0]!.answer(null);
    await stopping;
    expect([photo.model.phase, photo.stopping]).toEqual(['idle', false]);
  });

  it('says that it is stopping until the tile is done', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    photo.hear(FIRST, { type: 'stage', stage: 1, rect, version: 1, ms: 1 });
    void photo.stop();
    await host.of('stopResult')[0]!.answer(null);
    expect([photo.busy, photo.stopping]).toEqual([true, true]);
    photo.hear(FIRST, { type: 'stopped' });
    expect([photo.model.phase, photo.stopping]).toEqual(['partial', false]);
  });
});

describe('changed settings', () => {
  it('make a finished result stale until they are what they were', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    expect(photo.stale).toBe(false);
    photo.setOptions({ skip: false });
    expect(photo.stale).toBe(true);
    photo.undo();
    expect(photo.stale).toBe(false);
  });

  it('begin work under way anew, once', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    vi.useFakeTimers();
    photo.setOptions({ tile: 256 });
    photo.setOptions({ tile: 768 });
    vi.advanceTimersByTime(2000);
    vi.useRealTimers();
    await settle();
    expect(host.of('startResult')).toHaveLength(2);
    expect(host.of('startResult')[1]!.input).toMatchObject({ settings: { tile: 768 } });
  });

  it('that only blend ask the host for nothing', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    photo.setStrength(0.4);
    photo.addRegion({ kind: 'rectangle', mode: 'add', ...rect });
    await settle();
    expect(photo.stale).toBe(false);
    expect(host.calls).toHaveLength(1);
  });
});

describe('undo', () => {
  it('brings back hints, regions, options and strength, and redoes them', () => {
    photo.addHint(rect);
    photo.addRegion({ kind: 'invert' });
    photo.setStrength(0.3);
    photo.undo();
    expect([photo.strength, photo.regions.operations.length]).toEqual([1, 1]);
    photo.undo();
    photo.undo();
    expect([photo.hints.length, photo.canUndo, photo.canRedo]).toEqual([0, false, true]);
    for (let i = 0; i < 3; i++) photo.redo();
    expect([photo.strength, photo.hints.length, photo.canRedo]).toEqual([0.3, 1, false]);
  });

  it('takes a slider that was moved as one step', () => {
    for (const strength of [0.9, 0.8, 0.7]) photo.setStrength(strength);
    photo.undo();
    expect([photo.strength, photo.canUndo]).toEqual([1, false]);
  });
});

describe('exporting', () => {
  it('sends what is seen and says where it went', async () => {
    const { export: sheet } = photo;
    expect(sheet.name).toBe('a.deblurred.jpg');
    sheet.setFormat('png');
    const source = { result: FIRST, stage: 1, strength: 0.5, regions: photo.regions };
    const run = sheet.run(source);
    sheet.progress(0.5);
    sheet.progress(0.2);
    expect([sheet.phase, sheet.done]).toEqual(['running', 0.5]);
    const call = host.of('exportPhoto')[0]!;
    expect(call.input).toMatchObject({
      ...source,
      output: { name: 'a.deblurred.png', quality: null },
    });
    await call.answer({ name: 'x.png', file: null, download: null, bytes: 1, warnings: [] });
    await run;
    expect([sheet.phase, sheet.report?.name]).toEqual(['done', 'x.png']);
  });

  it('can be cancelled, and fails in its place', async () => {
    const { export: sheet } = photo;
    const source = { result: FIRST, stage: 0, strength: 1, regions: EVERYWHERE };
    void sheet.run(source);
    sheet.cancel();
    expect([sheet.phase, host.of('exportPhoto')[0]!.signal.aborted]).toEqual(['form', true]);
    void sheet.run(source);
    await host.of('exportPhoto')[1]!.refuse({ code: 'disk-full', message: 'The disk is full.' });
    expect([sheet.phase, sheet.error?.code]).toEqual(['failed', 'disk-full']);
  });
});
