/**
 * User preferences, stored by the host. Values from the host are validated, as they come from a
 * file.
 */
import {
  completeSettings,
  type SettingName,
  type Settings,
} from '../../shared/contracts/settings.js';
import type { Api } from '../host/api.js';

export class Preferences {
  values = $state.raw<Settings>(completeSettings({}));
  readonly #api: Api;
  /** Number of pending writes of each setting. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- nothing that is shown
  readonly #writes = new Map<string, number>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(api: Api) {
    this.#api = api;
  }

  async load(signal: AbortSignal): Promise<void> {
    this.values = completeSettings(await this.#api.call(signal, 'readSettings', {}));
  }

  /** Applies changes made in another window, except settings with a pending write here. */
  handle(settings: Readonly<Record<string, unknown>>): void {
    const news = Object.entries(settings).filter(([name]) => !this.#writes.has(name));
    this.values = completeSettings({ ...this.values, ...Object.fromEntries(news) });
  }

  /**
   * Applies changes at once and writes only those, one write after the other, so that the latest
   * wins.
   */
  async set(changes: Partial<Settings>): Promise<void> {
    const changed = Object.entries(changes).filter(
      ([name, value]) => this.values[name as SettingName] !== value,
    );
    if (changed.length === 0) return;
    const settings = Object.fromEntries(changed);
    this.values = { ...this.values, ...settings };
    for (const name of Object.keys(settings)) this.#count(name, 1);
    const write = async (): Promise<void> => {
      try {
        await this.#api.call(new AbortController().signal, 'writeSettings', { settings });
      } finally {
        for (const name of Object.keys(settings)) this.#count(name, -1);
      }
    };
    const written = this.#writing.then(write, write);
    this.#writing = written;
    await written;
  }

  #count(name: string, by: number): void {
    const count = (this.#writes.get(name) ?? 0) + by;
    if (count > 0) this.#writes.set(name, count);
    else this.#writes.delete(name);
  }
}
