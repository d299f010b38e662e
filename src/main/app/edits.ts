/** Edits on disk: the sidecar beside the photo, and the autosave in the data folder. */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EditPlace } from '../../shared/api/calls.js';
import { dataFolder } from '../plugins/places.js';
import { readJsonFile, writeJsonFile } from './json-file.js';

export interface KeptEdit {
  /** null: nothing is kept. */
  readonly edit: unknown;
  readonly editFrom: EditPlace | null;
}

const NO_EDIT: KeptEdit = { edit: null, editFrom: null };

export class EditStore {
  constructor(private readonly folder = join(dataFolder(), 'autosave')) {}

  /** What was kept last for this photo, unchecked. */
  async load(photo: string): Promise<KeptEdit> {
    const kept = await Promise.all(
      (['autosave', 'sidecar'] as const).map(async (editFrom) => {
        const path = this.path(photo, editFrom);
        return { editFrom, path, time: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
      }),
    );
    const newest = kept.filter(({ time }) => time > 0).sort((a, b) => b.time - a.time)[0];
    if (newest === undefined) return NO_EDIT;
    const { path, editFrom } = newest;
    const edit = await readJsonFile(path, (document) => document).catch(() => null);
    return edit === null ? NO_EDIT : { edit, editFrom };
  }

  /** null instead of an edit: what is kept there is removed. A saved sidecar makes the autosave needless. */
  async save(photo: string, edit: unknown, to: EditPlace): Promise<void> {
    if (edit === null) await rm(this.path(photo, to), { force: true });
    else await writeJsonFile(this.path(photo, to), edit);
    if (to === 'sidecar') await rm(this.path(photo, 'autosave'), { force: true });
  }

  private path(photo: string, place: EditPlace): string {
    if (place === 'sidecar') return `${photo}.unsmear.json`;
    return join(this.folder, `${createHash('sha256').update(photo).digest('hex')}.json`);
  }
}
