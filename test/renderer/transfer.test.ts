/** Reuse of settings by pasting and presets. */
import { beforeEach, describe, expect, it } from 'vitest';
import { SettingsClipboard } from '../../src/renderer/features/presets/clipboard.svelte.js';
import { PhotoState } from '../../src/renderer/editor/photo.svelte.js';
import { Presets } from '../../src/renderer/features/presets/presets.svelte.js';
import { makePreset, type Preset } from '../../src/shared/edit/edit-transfer.js';
import { Host, opened, settle } from './double.js';

let host: Host;
let from: PhotoState;
let to: PhotoState;
const box = { id: 'a', name: '', kind: 'box', strength: 1, x: 10, y: 10, w: 60, h: 40 } as const;

beforeEach(() => {
  host = new Host();
  from = new PhotoState(host, opened('p-00000001'), 'f-0000000000000001');
  const twice = { ...opened('p-00000002'), width: 1200, height: 800 };
  to = new PhotoState(host, twice, 'f-0000000000000002');
  from.addHint(box);
  from.change('strength', (now) => ({ ...now, strength: 0.5 }));
});

describe('pasting settings', () => {
  it('applies the chosen parts, scaled to the photo, as one step each', () => {
    const clipboard = new SettingsClipboard();
    clipboard.copy(from);
    from.change('strength', (now) => ({ ...now, strength: 0.1 }));
    clipboard.paste([to], ['hints']);
    expect([to.strength, to.hints]).toEqual([1, [{ ...box, x: 20, y: 20, w: 120, h: 80 }]]);
    clipboard.paste([to], ['strength', 'model']);
    expect([to.strength, to.edit.history.steps.length]).toEqual([0.5, 3]);
    to.undo();
    expect([to.strength, to.hints.length]).toEqual([1, 1]);
    expect(clipboard.parts).toEqual(['strength', 'model']);
  });

  it('adds no step if nothing changes', () => {
    const clipboard = new SettingsClipboard();
    clipboard.copy(from);
    const { length } = from.edit.history.steps;
    clipboard.paste([from], ['model', 'stage', 'strength', 'regions', 'hints']);
    expect(from.edit.history.steps).toHaveLength(length);
  });
});

describe('presets', () => {
  const size = { width: 600, height: 400 };
  const preset = (name: string): Preset =>
    makePreset(name, { photo: size, settings: from.current }, ['strength']);
  const newer = { format: 'unsmear-preset', version: 99, name: 'From the future' };
  let stored: unknown;
  let presets: Presets;

  /** Answers settings calls like a host until none is pending. */
  async function serve<T>(work: Promise<T>): Promise<T> {
    const state = { open: true };
    const ended = work.finally(() => (state.open = false));
    ended.catch(() => undefined);
    while (state.open) {
      const call = host.calls.find(({ name }) => name.endsWith('Settings'));
      if (call === undefined) {
        await settle();
        continue;
      }
      host.calls.splice(host.calls.indexOf(call), 1);
      if (call.name === 'writeSettings') {
        stored = (call.input as { settings: { presets: unknown } }).settings.presets;
        await call.answer(null);
      } else await call.answer({ theme: 'dark', presets: stored });
    }
    return ended;
  }

  beforeEach(async () => {
    presets = new Presets(host);
    stored = [preset('B'), 'nonsense', newer, preset('A')];
    await serve(presets.loaded.load());
  });

  const names = (): string[] => presets.list.map(({ name }) => name);

  it('are listed by name without unreadable ones', () => {
    expect(names()).toEqual(['A', 'B']);
  });

  it('are empty if nothing valid is stored', async () => {
    for (const other of [undefined, { A: 1 }]) {
      stored = other;
      await serve(presets.loaded.load());
      expect(names()).toEqual([]);
    }
  });

  it('are saved and replaced by name, while unreadable ones stay stored', async () => {
    await serve(presets.save(' C ', from, ['strength', 'hints']));
    await serve(presets.save('A', from, ['hints']));
    expect(names()).toEqual(['A', 'B', 'C']);
    expect(presets.list[0]!.settings.strength).toBeUndefined();
    expect(stored).toContain('nonsense');
    expect(stored).toContain(newer);
  });

  it('keep presets that another window saved meanwhile', async () => {
    stored = [...(stored as unknown[]), preset('Other window')];
    await serve(presets.remove(presets.list[0]!));
    expect(names()).toEqual(['B', 'Other window']);
  });

  it('are renamed, but not to a name in use', async () => {
    await serve(presets.rename(presets.list[0]!, 'Z'));
    expect(names()).toEqual(['B', 'Z']);
    await expect(serve(presets.rename(presets.list[0]!, 'Z'))).rejects.toMatchObject({
      code: 'name-taken',
    });
    await expect(serve(presets.rename(presets.list[0]!, '  '))).rejects.toMatchObject({
      code: 'edit-invalid',
    });
    expect(names()).toEqual(['B', 'Z']);
  });

  it('are applied as one step', async () => {
    await serve(presets.save('Both', from, ['strength', 'hints']));
    presets.apply(
      presets.list.find(({ name }) => name === 'Both')!,
      to,
    );
    expect([to.strength, to.hints[0]]).toEqual([0.5, { ...box, x: 20, y: 20, w: 120, h: 80 }]);
    to.undo();
    expect([to.strength, to.hints.length, to.dirty]).toEqual([1, 0, false]);
  });
});
