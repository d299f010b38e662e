/** Settings in a file that people edit, power cuts interrupt, and other versions write. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SettingsStore } from '../../src/main/app/settings.js';
import { completeSettings, SETTINGS } from '../../src/shared/contracts/settings.js';
import { temporaryFolder } from './photos.js';

const DEFAULTS = completeSettings({});

function place(text?: string): { path: string; store: SettingsStore } {
  const path = join(temporaryFolder(), 'data', 'settings.json');
  if (text !== undefined) {
    mkdirSync(dirname(path));
    writeFileSync(path, text);
  }
  return { path, store: new SettingsStore(path) };
}

function names(path: string): string[] {
  return readdirSync(dirname(path)).sort();
}

describe('settings', () => {
  it('are the defaults, complete, where there is no file, and reading makes none', async () => {
    const { path, store } = place();
    expect(await store.read()).toEqual(DEFAULTS);
    expect(Object.keys(DEFAULTS)).toEqual(Object.keys(SETTINGS));
    expect(() => statSync(path)).toThrow();
  });

  it('are written for the user alone, with nothing left beside', async () => {
    const { path, store } = place();
    await store.write({ theme: 'light' });
    expect(names(path)).toEqual(['settings.json']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ theme: 'light' });
    expect(await new SettingsStore(path).read()).toEqual({ ...DEFAULTS, theme: 'light' });
  });

  it('keep keys they do not know, through reading and writing', async () => {
    const future = { theme: 'dark', later: { deep: [1, null, 'x'] }, __proto: 1 };
    const { path, store } = place(JSON.stringify(future));
    expect(await store.read()).toEqual({ ...DEFAULTS, ...future });
    await store.write({ quality: 80 });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...future, quality: 80 });
  });

  it('read a wrong value as its default, and leave it in the file until it is set', async () => {
    const { path, store } = place('{"theme":"pink","tile":256,"quality":"high"}');
    expect(await store.read()).toEqual({ ...DEFAULTS, tile: 256 });
    await store.write({ theme: 'dark' });
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    expect(document).toEqual({ theme: 'dark', tile: 256, quality: 'high' });
  });

  it.each(['', '{"theme":', '[]', 'null', '7', '\u0000\u0000', '{"theme":"dark"}}'])(
    'from the broken file %j are the defaults, and the broken one is kept',
    async (text) => {
      const { path, store } = place(text);
      expect(await store.read()).toEqual(DEFAULTS);
      expect(names(path)).toEqual(['settings.broken.json']);
      await store.write({ theme: 'dark' });
      writeFileSync(path, '{');
      expect(await store.read()).toEqual(DEFAULTS);
      expect(names(path)).toEqual(['settings.broken-2.json', 'settings.broken.json']);
      const kept = readFileSync(join(dirname(path), 'settings.broken.json'), 'utf8');
      expect(kept).toBe(text);
    },
  );

  it('refuse a wrong value as a whole', async () => {
    const { path, store } = place('{}');
    const write = store.write({ tile: 256, theme: 'pink' });
    await expect(write).rejects.toMatchObject({
      code: 'setting-invalid',
      params: { setting: 'theme' },
    });
    expect(readFileSync(path, 'utf8')).toBe('{}');
  });

  it('refuse to grow without end', async () => {
    const { path, store } = place('{}');
    const write = store.write({ own: 'x'.repeat(17 << 20) });
    await expect(write).rejects.toMatchObject({ code: 'document-too-large' });
    expect(names(path)).toEqual(['settings.json']);
    await store.write({ theme: 'dark' });
    expect(await store.read()).toMatchObject({ theme: 'dark' });
  });

  it('lose nothing when many are written at once', async () => {
    const { store } = place();
    const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
    await Promise.all(keys.map((key, i) => store.write({ [key]: i })));
    const settings = await store.read();
    for (const [i, key] of keys.entries()) expect(settings[key]).toBe(i);
  });

  it('that cannot be opened are not overwritten', async () => {
    const { path, store } = place('{}');
    const folder = join(dirname(path), 'folder.json');
    mkdirSync(folder);
    const other = new SettingsStore(folder);
    expect(await other.read()).toEqual(DEFAULTS);
    await expect(other.write({ theme: 'dark' })).rejects.toMatchObject({ name: 'UnsmearError' });
    expect(statSync(folder).isDirectory()).toBe(true);
    expect(await store.read()).toEqual(DEFAULTS);
  });
});
