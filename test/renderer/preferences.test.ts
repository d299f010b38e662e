/** Preferences changed by several windows. */
import { describe, expect, it } from 'vitest';
import { Preferences } from '../../src/renderer/editor/preferences.svelte.js';
import { completeSettings } from '../../src/shared/contracts/settings.js';
import { Host, settle } from './double.js';

async function loaded(stored: Record<string, unknown>): Promise<[Host, Preferences]> {
  const host = new Host();
  const preferences = new Preferences(host);
  const loading = preferences.load(new AbortController().signal);
  await host.calls[0]!.answer(stored);
  await loading;
  return [host, preferences];
}

describe('preferences', () => {
  it('use valid values and defaults for the others', async () => {
    const [, { values }] = await loaded({ theme: 'light', language: 'fr', pixelGrid: 'no' });
    expect(values).toEqual({ ...completeSettings({}), theme: 'light' });
  });

  it('write only changes, the latest last', async () => {
    const [host, preferences] = await loaded({ theme: 'dark', other: { kept: true } });
    void preferences.set({ theme: 'light', pixelGrid: true });
    void preferences.set({ theme: 'contrast' });
    void preferences.set({ theme: 'contrast' });
    await settle();
    const [first] = host.of('writeSettings');
    expect(host.of('writeSettings')).toHaveLength(1);
    expect(first!.input).toEqual({ settings: { theme: 'light' } });
    await first!.answer(null);
    const [, second] = host.of('writeSettings');
    expect(second!.input).toEqual({ settings: { theme: 'contrast' } });
    await second!.answer(null);
    expect(host.of('writeSettings')).toHaveLength(2);
  });

  it('report a failed write and continue', async () => {
    const [host, preferences] = await loaded({});
    const failing = preferences.set({ theme: 'light' });
    const next = preferences.set({ pixelGrid: false });
    await settle();
    await Promise.all([
      expect(failing).rejects.toMatchObject({ code: 'disk-full' }),
      host.of('writeSettings')[0]!.refuse({ code: 'disk-full', params: { reason: 'unnamed' } }),
    ]);
    await host.of('writeSettings')[1]!.answer(null);
    await next;
    expect(preferences.values).toMatchObject({ theme: 'light', pixelGrid: false });
  });

  it('apply changes of another window, except pending ones', async () => {
    const [host, preferences] = await loaded({});
    void preferences.set({ theme: 'light' });
    await settle();
    preferences.handle({ theme: 'contrast', surround: 'black', quality: 'high' });
    expect(preferences.values).toMatchObject({ theme: 'light', surround: 'black', quality: null });
    await host.of('writeSettings')[0]!.answer(null);
    preferences.handle({ theme: 'contrast' });
    expect(preferences.values.theme).toBe('contrast');
  });
});
