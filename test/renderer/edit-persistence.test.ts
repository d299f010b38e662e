/** When and in which order an edit is written. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExportState, type ExportJob } from '../../src/renderer/features/export/export.svelte.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { readEdit } from '../../src/shared/edit/read-edit.js';
import { settingsOf } from '../../src/shared/edit/edit.js';
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
  /** null: given up. */
  readonly strength: number | null;
}

/** What a call wrote, read as the editor reads it. */
function written({ input }: Call): Written {
  const { to, edit } = input as { to: string; edit: unknown };
  return { to, strength: edit === null ? null : settingsOf(readEdit(edit, 0).edit).strength };
}

const writes = (): Written[] => host.of('saveEdit').map(written);

/** Answers under fake timers: only promises have to settle. */
async function answer(call: number): Promise<void> {
  void host.of('saveEdit')[call]!.answer(null);
  await vi.advanceTimersByTimeAsync(0);
}

async function refuse(call: number): Promise<void> {
  void host.of('saveEdit')[call]!.refuse({ code: 'disk-full', params: { reason: 'unnamed' } });
  await vi.advanceTimersByTimeAsync(0);
}

describe('the autosave', () => {
  it('comes a second after the last change', async () => {
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

  it('never runs twice at once: what changes during a slow write is written after it, as it is then', async () => {
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

  it('is removed when the edit is as it was saved again', async () => {
    setStrength(0.5);
    await vi.advanceTimersByTimeAsync(1000);
    await answer(0);
    photo.undo();
    expect(photo.dirty).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes()[1]).toEqual({ to: 'autosave', strength: null });
  });

  it('is not written for what was undone before it came', async () => {
    setStrength(0.5);
    photo.undo();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(writes()).toEqual([]);
  });

  it('is tried again by itself when it failed, and tells until then', async () => {
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
  it('writes the sidecar; the edit is clean until it changes again', async () => {
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

  it('keeps what changed while it was written in the autosave', async () => {
    setStrength(0.5);
    const saving = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    setStrength(0.4);
    await answer(0);
    expect([await saving, photo.dirty]).toEqual([true, true]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(writes()[1]).toEqual({ to: 'autosave', strength: 0.4 });
  });

  it('waits for an autosave under way', async () => {
    setStrength(0.5);
    await vi.advanceTimersByTimeAsync(1000);
    const saving = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    expect(writes()).toHaveLength(1);
    await answer(0);
    await answer(1);
    expect([await saving, writes()[1]?.to]).toEqual([true, 'sidecar']);
  });

  it('that fails says why, leaves the edit unsaved and can be tried again', async () => {
    setStrength(0.5);
    const failing = photo.persistence.save();
    await vi.advanceTimersByTimeAsync(0);
    await refuse(0);
    expect([await failing, photo.dirty]).toEqual([false, true]);
    expect(photo.persistence.failure?.to).toBe('sidecar');
    // At least the autosave has it.
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

describe('an export', () => {
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

  it('finishes the edit that was written, not later ones', async () => {
    setStrength(0.5);
    await run();
    expect([photo.dirty, photo.persistence.unfinished]).toEqual([true, false]);
    setStrength(0.4);
    expect(photo.persistence.unfinished).toBe(true);
  });

  it('of an edit that changed meanwhile finishes nothing', async () => {
    setStrength(0.5);
    const { stage, strength, regions } = photo;
    const running = new ExportState(host, photo).run({ ...JOB, stage, strength, regions }, 'own');
    setStrength(0.4);
    setTimeoutlessAnswer();
    await running;
    expect(photo.persistence.unfinished).toBe(true);
  });
});
