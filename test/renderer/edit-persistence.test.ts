/** Saving of edits: time and order of writes. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExportState, type ExportJob } from '../../src/renderer/features/export/export.svelte.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { readEdit } from '../../src/shared/edit/read-edit.js';
import { settingsOf } from '../../src/shared/edit/edit.js';
import type { BrushStroke } from '../../src/shared/regions/index.js';
import { strokeThrough, withStrokes } from '../unit/edit/samples.js';
import { Host, opened, type Call } from './double.js';

let host: Host;
let photo: PhotoState;

beforeEach(() => {
  vi.useFakeTimers();
  host = new Host();
  photo = new PhotoState(host, opened(), 'f-0000000000000001');
});
afterEach(() => vi.useRealTimers());

function setStrength(strength: number): void {
  photo.change('strength', (now) => ({ ...now, strength }));
}

interface Written {
  readonly to: string;
  /** `null` = removal of the edit. */
  readonly strength: number | null;
}

/** Reads what a call wrote, as the editor would. */
function written({ input }: Call): Written {
  const { to, edit } = input as { to: string; edit: unknown };
  return { to, strength: edit === null ? null : settingsOf(readEdit(edit, 0).edit).strength };
}

const writes = (): Written[] => host.of('saveEdit').map(written);

/** Answers a call under fake timers, where only promises have to settle. */
async function answer(call: number): Promise<void> {
  void host.of('saveEdit')[call]!.answer(null);
  await vi.advanceTimersByTimeAsync(0);
}

async function refuse(call: number): Promise<void> {
  void host.of('saveEdit')[call]!.refuse({ code: 'disk-full', params: { reason: 'unnamed' } });
  await vi.advanceTimersByTimeAsync(0);
}

describe('autosaving', () => {
  it('writes one second after the last change', async () => {
    setStrength(0.9);
    await vi.advanceTimersByTimeAsync(900);
    setStrength(0.8);
    await vi.advanceTimersByTimeAsync(900);
    expect(writes()).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(writes()).toEqual([{ to: 'autosave', strength: 0.8 }]);
    expect([photo.dirty, photo.persistence.atRisk]).toEqual([true, true]);
    await answer(0);
    expect([photo.dirty, photo.persistence.atRisk]).toEqual([true, false]);
  });

  it('writes at most five seconds after a change, however soon others follow', async () => {
    for (let i = 0; i < 11; i++) {
      setStrength(i / 100);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(writes()).toEqual([{ to: 'autosave', strength: 0.09 }]);
    await answer(0);
    await vi.advanceTimersByTimeAsync(400);
    expect(writes()).toHaveLength(1);
  });

  it('writes changes made during a slow write afterwards, in their latest state', async () => {
    setStrength(0.9);
    await vi.advanceTimersByTimeAsync(1000);
    setStrength(0.8);
    await vi.advanceTimersByTimeAsync(5000);
    setStrength(0.7);
    void photo.persistence.flush();
    await vi.advanceTimersByTimeAsync(5000);
    expect(writes()).toEqual([{ to: 'autosave', strength: 0.9 }]);
    await answer(0);
    expect(writes().slice(1)).toEqual([{ to: 'autosave', strength: 0.7 }]);
    await answer(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes()).toHaveLength(2);
    expect(photo.persistence.atRisk).toBe(false);
  });

  it('removes the autosave when the edit equals the saved one again', async () => {
    setStrength(0.5);
    await vi.advanceTimersByTimeAsync(1000);
    await answer(0);
    photo.undo();
    expect(photo.dirty).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes()[1]).toEqual({ to: 'autosave', strength: null });
  });

  it('writes nothing if the change was undone in time', async () => {
    setStrength(0.5);
    photo.undo();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes()).toEqual([]);
  });

  it('retries after a failure and reports the failure until then', async () => {
    setStrength(0.5);
    await vi.advanceTimersByTimeAsync(1000);
    await refuse(0);
    expect(photo.persistence.failure).toMatchObject({
      to: 'autosave',
      error: { code: 'disk-full' },
    });
    await vi.advanceTimersByTimeAsync(10_000);
    await answer(1);
    expect([photo.persistence.failure, photo.persistence.atRisk]).toEqual([null, false]);
  });
});

describe('saving', () => {
  it('writes the sidecar and leaves the edit clean until the next change', async () => {
    setStrength(0.5);
    const saving = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    expect(photo.persistence.saving).toBe(true);
    await answer(0);
    expect([await saving, photo.dirty, photo.persistence.saving]).toEqual([true, false, false]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes()).toEqual([{ to: 'sidecar', strength: 0.5 }]);
    photo.undo();
    expect(photo.dirty).toBe(true);
    photo.redo();
    expect(photo.dirty).toBe(false);
  });

  it('autosaves changes made while the sidecar was written', async () => {
    setStrength(0.5);
    const saving = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    setStrength(0.4);
    await answer(0);
    expect([await saving, photo.dirty]).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes()[1]).toEqual({ to: 'autosave', strength: 0.4 });
  });

  it('waits for a running autosave', async () => {
    setStrength(0.5);
    await vi.advanceTimersByTimeAsync(1000);
    const saving = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes()).toHaveLength(1);
    await answer(0);
    await answer(1);
    expect([await saving, writes()[1]?.to]).toEqual([true, 'sidecar']);
  });

  it('reports a failure, leaves the edit unsaved and can be repeated', async () => {
    setStrength(0.5);
    const failing = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    await refuse(0);
    expect([await failing, photo.dirty]).toEqual([false, true]);
    expect(photo.persistence.failure?.to).toBe('sidecar');
    // The autosave contains it.
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes()[1]?.to).toBe('autosave');
    await answer(1);
    const again = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    await answer(2);
    expect([await again, photo.dirty, photo.persistence.failure]).toEqual([true, false, null]);
  });
});

const JOB: Pick<ExportJob, 'result' | 'output'> = {
  result: 'r-00000001',
  output: {
    ...{ folder: null, name: 'x.png', format: 'png', quality: null },
    ...{ depth: null, metadata: 'all', onExist: 'error' },
  },
};

describe('exporting', () => {
  const run = async (): Promise<void> => {
    const { stage, strength, regions } = photo;
    const running = new ExportState(host, photo).run({ ...JOB, stage, strength, regions }, 'own');
    setTimeoutlessAnswer();
    await running;
  };
  const setTimeoutlessAnswer = (): void => {
    const report = { name: 'x.png', file: null, download: null, bytes: 1, warnings: [] };
    void host.of('exportPhoto').at(-1)!.answer(report);
  };

  it('marks the written edit as exported, not later changes', async () => {
    setStrength(0.5);
    await run();
    expect([photo.dirty, photo.persistence.unfinished]).toEqual([true, false]);
    setStrength(0.4);
    expect(photo.persistence.unfinished).toBe(true);
  });

  it('marks nothing if the edit changed during the export', async () => {
    setStrength(0.5);
    const { stage, strength, regions } = photo;
    const running = new ExportState(host, photo).run({ ...JOB, stage, strength, regions }, 'own');
    setStrength(0.4);
    setTimeoutlessAnswer();
    await running;
    expect(photo.persistence.unfinished).toBe(true);
  });
});

describe('a retouch of 5,000 strokes', { timeout: 60_000 }, () => {
  const file = 'f-0000000000000001';
  const retouch = (): PhotoState => {
    const { name, width, height, bytes, hash } = opened();
    const drawn = withStrokes(4999, (i) => spiral(i % 97));
    const edit = { ...drawn, photo: { name, width, height, bytes, hash } };
    const now = { edit, resumed: true, saved: null, autosaved: null, notice: null };
    return new PhotoState(host, opened(), file, now);
  };

  it('is autosaved, restored and undone stroke by stroke', async () => {
    const before = retouch();
    expect(before.addRegion(spiral(3))).toBe(true);
    void before.persistence.flush();
    await vi.advanceTimersByTimeAsync(0);
    const { edit } = host.of('saveEdit')[0]!.input as { edit: unknown };
    await answer(0);
    expect(before.persistence.atRisk).toBe(false);

    const stored = JSON.parse(JSON.stringify(edit)) as unknown;
    const after = new PhotoState(host, { ...opened(), edit: stored, editFrom: 'autosave' }, file);
    expect(after.notice).toMatchObject({ kind: 'recovered', lost: [] });
    expect(after.regions).toEqual(before.regions);
    after.undo();
    expect(after.regions.operations).toHaveLength(4999);
    for (let i = 1; i < 5000; i++) after.undo();
    expect([after.regions.operations, after.canUndo]).toEqual([[], false]);
    after.redo();
    expect(after.regions.operations).toHaveLength(1);
  });
});

/** A stroke of 200 points. */
function spiral(turn: number): BrushStroke {
  const points = Array.from({ length: 200 }, (_, i): [number, number] => [
    300 + (turn + i) * Math.cos(i / 9),
    200 + i * Math.sin(i / 9),
  ]);
  return { ...strokeThrough(...points), size: 9 };
}
