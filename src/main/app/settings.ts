/** The user's settings, in one document of the data folder. */
import { join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import {
  completeSettings,
  isSettingName,
  SETTINGS,
  type Settings,
} from '../../shared/contracts/settings.js';
import { dataFolder } from '../storage/places.js';
import { readJsonFile, writeJsonFile } from '../storage/json-file.js';

type Document = Readonly<Record<string, unknown>>;

export class SettingsStore {
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly path = join(dataFolder(), 'settings.json')) {}

  /** Known settings are complete and valid, unknown ones as they are in the file. */
  async read(): Promise<Settings & Document> {
    // A file that cannot be opened now is not in the way of working with the defaults.
    const document = await this.document().catch(() => ({}));
    return { ...document, ...completeSettings(document) };
  }

  /** Changes the given keys and leaves the others. Rejects with `option-invalid` before anything is written. */
  async write(changes: Document): Promise<void> {
    for (const [name, value] of Object.entries(changes)) checkSetting(name, value);
    const written = this.queue.then(async () => {
      await writeJsonFile(this.path, { ...(await this.document()), ...changes });
    });
    this.queue = written.catch(() => undefined);
    await written;
  }

  private async document(): Promise<Document> {
    return (await readJsonFile(this.path, asDocument)) ?? {};
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
  throw new UnsmearError('option-invalid', `${name}: ${error.issues[0]?.message ?? 'is wrong'}.`);
}
