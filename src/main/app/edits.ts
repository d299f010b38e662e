/** Edits on disk: the sidecar beside the photo, and the autosave in the data folder. */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { dataFolder } from '../plugins/places.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

export type EditPlace = 'autosave' | 'sidecar';

export class EditStore {
  constructor(private readonly folder = join(dataFolder(), 'autosave')) {}

  /** What was kept last for this photo, unchecked; null: nothing. */
  async load(photo: string): Promise<unknown> {
    const places = [this.path(photo, 'autosave'), this.path(photo, 'sidecar')];
    const times = await Promise.all(places.map((path) => stat(path).catch(() => null)));
    const newest = places
      .map((path, i) => ({ path, time: times[i]?.mtimeMs ?? 0 }))
      .filter(({ time }) => time > 0)
      .sort((a, b) => b.time - a.time)[0];
    if (newest === undefined) return null;
    return readJsonFile(newest.path, (document) => document).catch(() => null);
  }

  /** A saved sidecar makes the autosave needless. */
  async save(photo: string, edit: unknown, to: EditPlace): Promise<void> {
    await writeJsonFile(this.path(photo, to), edit);
    if (to === 'sidecar') await rm(this.path(photo, 'autosave'), { force: true });
  }

  private path(photo: string, place: EditPlace): string {
    if (place === 'sidecar') return `${photo}.unsmear.json`;
    return join(this.folder, `${createHash('sha256').update(photo).digest('hex')}.json`);
  }
}
