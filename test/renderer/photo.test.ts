/** Requests and results of one photo. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import type { StartedResult } from '../../src/shared/protocol/calls.js';
import { strokePath } from '../../src/shared/regions/index.js';
import { Host, opened, settle, type Call } from './double.js';

const FIRST = 'r-00000001';
const SECOND = 'r-00000002';
const started = (result: string, complete = false): StartedResult => ({
  ...{
    result,
    stages: ['one', 'two'],
    maps: [],
    tile: 512,
    complete,
    blurredShare: null,
    version: 0,
  },
});
const rect = { x: 0, y: 0, w: 100, h: 100 };
const box = { id: 'a', name: '', kind: 'box', strength: 1, ...rect } as const;

let host: Host;
let photo: PhotoState;

beforeEach(() => {
  host = new Host();
  photo = new PhotoState(host, opened(), 'f-0000000000000001');
});
afterEach(() => vi.useRealTimers());

function setTile(tile: number): void {
  photo.change('tile', (now) => ({ ...now, tile }));
}

function setStrength(strength: number): void {
  photo.change('strength', (now) => ({ ...now, strength }), 'strength');
}

describe('restoring', () => {
  it('sends settings, hints and the view', () => {
    photo.change('device', (now) => ({ ...now, provider: 'cpu' }));
    photo.addHint({ ...box, strength: 0.5 });
    void photo.restore(rect);
    expect(host.of('startResult')[0]!.input).toMatchObject({
      photo: 'p-00000001',
      settings: { provider: 'cpu', rois: [{ ...rect, strength: 0.5 }] },
      view: rect,
    });
  });

  it('uses only the answer of the latest request', async () => {
    void photo.restore(null);
    void photo.restore(null);
    const [old, young] = host.of('startResult');
    expect(old!.signal.aborted).toBe(true);
    await old!.answer(started(FIRST));
    expect(photo.model.result).toBeNull();
    await young!.answer(started(SECOND));
    expect(photo.model.result).toBe(SECOND);
  });

  it('applies events from before the answer, and ignores those of other results', async () => {
    void photo.restore(null);
    photo.run.handle(FIRST, { type: 'stage', stage: 1, rect, version: 9 });
    photo.run.handle(SECOND, { type: 'stage', stage: 1, rect, version: 2 });
    await host.of('startResult')[0]!.answer(started(SECOND));
    expect(photo.model.version).toBe(2);
    expect(photo.run.versions?.of(rect)).toBe(2);
    photo.run.handle(FIRST, {
      type: 'failed',
      error: { code: 'internal', params: { reason: 'hidden' } },
    });
    expect(photo.model.phase).toBe('running');
  });

  it('reports a failure and keeps the previous result', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    void photo.restore(null);
    await host.of('startResult')[1]!.refuse({ code: 'out-of-memory', params: {} });
    expect(photo.model).toMatchObject({ phase: 'failed', result: FIRST });
    expect(photo.hasResult).toBe(true);
  });

  it('can be stopped before the host has answered', async () => {
    void photo.restore(null);
    const stopping = photo.stop();
    expect(host.of('startResult')[0]!.signal.aborted).toBe(true);
    await host.of('stopResult')[0]!.answer(null);
    await stopping;
    expect([photo.model.phase, photo.stopping]).toEqual(['idle', false]);
  });

  it('shows that it is stopping until the tile is done', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    photo.run.handle(FIRST, { type: 'stage', stage: 1, rect, version: 1 });
    void photo.stop();
    await host.of('stopResult')[0]!.answer(null);
    expect([photo.busy, photo.stopping]).toEqual([true, true]);
    photo.run.handle(FIRST, { type: 'stopped' });
    expect([photo.model.phase, photo.stopping]).toEqual(['partial', false]);
  });
});

describe('changed settings', () => {
  it('make a finished result stale until they are restored', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    expect(photo.stale).toBe(false);
    photo.change('skip', (now) => ({ ...now, skip: false }));
    expect(photo.stale).toBe(true);
    photo.undo();
    expect(photo.stale).toBe(false);
  });

  it('restart a running restoration once', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    vi.useFakeTimers();
    setTile(256);
    setTile(768);
    vi.advanceTimersByTime(2000);
    vi.useRealTimers();
    await settle();
    expect(host.of('startResult')).toHaveLength(2);
    expect(host.of('startResult')[1]!.input).toMatchObject({ settings: { tile: 768 } });
  });

  it('show an earlier result of the same settings without computing', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    vi.useFakeTimers();
    setTile(256);
    await vi.advanceTimersByTimeAsync(2000);
    vi.useRealTimers();
    expect(host.of('startResult')).toHaveLength(1);
    const asked = host.of('findResult')[0]!;
    expect(asked.input).toMatchObject({ settings: { tile: 256 } });
    expect([photo.model.result, photo.stale, photo.busy]).toEqual([FIRST, true, false]);
    await asked.answer(started(SECOND, true));
    expect([photo.model.result, photo.model.phase, photo.stale]).toEqual([
      SECOND,
      'finished',
      false,
    ]);
  });

  it.each([
    ['not complete', (call: Call) => call.answer(started(SECOND))],
    [
      'refused',
      (call: Call) => call.refuse({ code: 'plugin-missing', params: { reason: 'none' } }),
    ],
  ])('keep the shown result when another is %s', async (_, reply) => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    setTile(256);
    void photo.run.showComplete();
    await reply(host.of('findResult')[0]!);
    expect([photo.model.result, photo.model.phase, photo.stale]).toEqual([FIRST, 'finished', true]);
    expect(photo.model.error).toBeNull();
  });

  it('report the automatic tile size as soon as the host does, even if incomplete', async () => {
    void photo.run.showComplete();
    expect(photo.run.automatic).toBeNull();
    await host.of('findResult')[0]!.answer(started(FIRST));
    expect([photo.run.automatic, photo.model.phase]).toEqual([512, 'idle']);
    setTile(256);
    void photo.restore(null);
    await host.of('startResult')[0]!.answer({ ...started(SECOND), tile: 256 });
    expect([photo.run.automatic, photo.model.tile]).toEqual([512, 256]);
  });

  it('compute only what a larger mask adds to a finished result', async () => {
    void photo.restore(rect);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    const settled = async (): Promise<void> => {
      vi.useFakeTimers();
      photo.addRegion({ kind: 'rectangle', mode: 'add', ...rect });
      await vi.advanceTimersByTimeAsync(2000);
      vi.useRealTimers();
    };
    await settled();
    expect(host.of('findResult')[0]!.input).toMatchObject({ regions: photo.regions });
    await host.of('findResult')[0]!.answer(started(FIRST, true));
    expect(host.of('startResult')).toHaveLength(1);
    await settled();
    await host.of('findResult')[1]!.answer(started(FIRST));
    expect(host.of('startResult')[1]!.input).toMatchObject({ regions: photo.regions });
  });

  it('do not reach the host if they only affect blending', async () => {
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST));
    setStrength(0.4);
    photo.addRegion({ kind: 'rectangle', mode: 'add', ...rect });
    await settle();
    expect(photo.stale).toBe(false);
    expect(host.calls).toHaveLength(1);
  });
});

describe('an operation', () => {
  it('is not added to a mask that could then not be saved', () => {
    const points = Array.from({ length: 50_000 }, (): [number, number] => [1, 1]);
    const fields = { kind: 'stroke', mode: 'add', hardness: 1, flow: 1 } as const;
    const brush = { ...fields, ...strokePath(points) };
    expect(photo.addRegion({ ...brush, size: 1e6 })).toBe(false);
    expect(photo.regions.operations).toEqual([]);
    expect(photo.addRegion({ ...brush, size: 10 })).toBe(true);
    expect(photo.regions.operations).toHaveLength(1);
  });
});

describe('undo', () => {
  it('undoes and redoes hints, regions, options and strength', () => {
    photo.addHint(box);
    photo.addRegion({ kind: 'invert' });
    setStrength(0.3);
    photo.undo();
    expect([photo.strength, photo.regions.operations.length]).toEqual([1, 1]);
    photo.undo();
    photo.undo();
    expect([photo.hints.length, photo.canUndo, photo.canRedo]).toEqual([0, false, true]);
    for (let i = 0; i < 3; i++) photo.redo();
    expect([photo.strength, photo.hints.length, photo.canRedo]).toEqual([0.3, 1, false]);
  });

  it("treats a slider's movement as one step", () => {
    for (const strength of [0.9, 0.8, 0.7]) setStrength(strength);
    photo.undo();
    expect([photo.strength, photo.canUndo]).toEqual([1, false]);
  });

  it('treats two movements as two steps if the slider was released or rested in between', () => {
    vi.useFakeTimers();
    setStrength(0.9);
    photo.endGroup();
    setStrength(0.8);
    vi.advanceTimersByTime(5000);
    setStrength(0.7);
    expect(photo.edit.history.steps.map(({ state }) => state.strength)).toEqual([1, 0.9, 0.8, 0.7]);
  });

  it('restores the kept stage, also after a new result', async () => {
    photo.change('stage', (now) => ({ ...now, stage: 1 }));
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    expect(photo.stage).toBe(1);
    photo.undo();
    expect(photo.stage).toBe(0);
  });

  it('shows the last stage while the model lacks the kept one', async () => {
    photo.change('stage', (now) => ({ ...now, stage: 3 }));
    void photo.restore(null);
    await host.of('startResult')[0]!.answer(started(FIRST, true));
    expect([photo.stage, photo.current.stage]).toEqual([0, 3]);
  });

  it('jumps to any step and keeps the later ones', () => {
    setStrength(0.3);
    photo.addRegion({ kind: 'invert' });
    photo.addHint(box);
    photo.jumpTo(1);
    expect([photo.strength, photo.regions.operations.length, photo.hints.length]).toEqual([
      0.3, 0, 0,
    ]);
    photo.jumpTo(3);
    expect(photo.hints).toEqual([box]);
  });

  it('undoes only the changed fields of a hint, and adds nothing beyond the limit', () => {
    photo.addHint(box);
    photo.changeHint('a', { name: 'Eyes' });
    photo.changeHint('a', { x: 5 });
    expect(photo.hints).toEqual([{ ...box, name: 'Eyes', x: 5 }]);
    const labels = photo.edit.history.steps.map(({ label }) => label);
    expect(labels).toEqual(['open', 'hint.add', 'hint.rename', 'hint.change']);
    photo.change('paste', (now) => ({
      ...now,
      hints: Array.from({ length: 200 }, (_, i) => ({ ...box, id: String(i) })),
    }));
    expect(photo.addHint({ ...box, id: 'more' })).toBe(false);
    photo.removeHints(['0', '1']);
    expect(photo.addHint({ ...box, id: 'more' })).toBe(true);
  });
});
