/**
 * Named settings, stored with the preferences. Unreadable presets, of a newer version for example,
 * are kept but not shown.
 */
import { createContext } from 'svelte';
import {
  applyPreset,
  makePreset,
  readPreset,
  type Preset,
  type SettingPart,
} from '../../../shared/edit/edit-transfer.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Api } from '../../host/api.js';
import { Loadable } from '../../host/loadable.svelte.js';
import type { PhotoState } from '../../editor/photo.svelte.js';

/** Key in the stored settings. */
const KEY = 'presets';

export class Presets {
  readonly loaded: Loadable<readonly unknown[]>;
  /** Readable presets, sorted by name. */
  readonly list: readonly Preset[] = $derived.by(() => readable(this.loaded.value ?? []));
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
    this.loaded = new Loadable(async (signal) => {
      const stored = (await api.call(signal, 'readSettings', {}))[KEY];
      return Array.isArray(stored) ? (stored as unknown[]) : [];
    });
  }

  /** Saves parts of a photo's settings under a name; replaces a preset of the same name. */
  async save(
    name: string,
    { info, current }: PhotoState,
    parts: readonly SettingPart[],
  ): Promise<void> {
    await this.put(makePreset(name, { photo: info, settings: current }, parts));
  }

  put(preset: Preset): Promise<void> {
    return this.#change((others) => [...without(others, preset.name), preset]);
  }

  /** Rejects with `name-taken` if the name is taken. */
  async rename(preset: Preset, name: string): Promise<void> {
    const renamed = readPreset({ ...preset, name });
    if (renamed.name === preset.name) return;
    if (this.list.some((other) => other.name === renamed.name)) {
      throw new UnsmearError('name-taken', { name: renamed.name });
    }
    await this.#change((all) => [...without(all, preset.name), renamed]);
  }

  remove(preset: Preset): Promise<void> {
    return this.#change((all) => without(all, preset.name));
  }

  apply(preset: Preset, photo: PhotoState): void {
    photo.change('preset', (settings) => applyPreset(preset, { photo: photo.info, settings }));
  }

  /** Changes the stored list as read now, since another window may have changed it. */
  async #change(change: (stored: readonly unknown[]) => readonly unknown[]): Promise<void> {
    const { signal } = new AbortController();
    const stored = (await this.#api.call(signal, 'readSettings', {}))[KEY];
    const presets = change(Array.isArray(stored) ? (stored as unknown[]) : []);
    await this.#api.call(signal, 'writeSettings', { settings: { [KEY]: presets } });
    this.loaded.value = presets;
  }
}

function readable(stored: readonly unknown[]): Preset[] {
  const presets = stored.flatMap((value) => {
    const preset = read(value);
    return preset === null ? [] : [preset];
  });
  return presets.sort((a, b) => a.name.localeCompare(b.name));
}

function without(stored: readonly unknown[], name: string): unknown[] {
  return stored.filter((value) => read(value)?.name !== name);
}

function read(value: unknown): Preset | null {
  try {
    return readPreset(value);
  } catch {
    return null;
  }
}

export const [usePresets, providePresets] = createContext<Presets>();
