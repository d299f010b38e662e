/** The user's settings, in a file of the data folder. */
import { join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import {
  completeSettings,
  isSettingName,
  SETTINGS,
  type Settings,
} from '../../shared/contracts/settings.js';
import { dataFolder } from '../storage/places.js';
import { JsonDocument } from '../storage/json-document.js';

type Document = Readonly<Record<string, unknown>>;

export class SettingsStore {
  private readonly document: JsonDocument<Document>;

  constructor(path = join(dataFolder(), 'settings.json')) {
    this.document = new JsonDocument(path, asDocument, {});
  }

  /** Returns known settings, completed by defaults, and unknown ones as they are in the file. */
  async read(): Promise<Settings & Document> {
    // The defaults apply while the file cannot be read.
    const document = await this.document.read().catch(() => ({}));
    return { ...document, ...completeSettings(document) };
  }

  /** Changes the given keys only. Rejects with `setting-invalid` before anything is written. */
  async write(changes: Document): Promise<void> {
    for (const [name, value] of Object.entries(changes)) checkSetting(name, value);
    await this.document.update((document) => ({ ...document, ...changes }));
  }
}

function asDocument(value: unknown): Document | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Document) : null;
}

function checkSetting(name: string, value: unknown): void {
  if (!isSettingName(name)) return;
  const { success, error } = SETTINGS[name].safeParse(value);
  if (success) return;
  throw new UnsmearError('setting-invalid', {
    setting: name,
    details: error.issues[0]?.message ?? '',
  });
}
