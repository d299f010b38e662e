/**
 * Stores edits on disk. The sidecar lies beside its photo, or, for files without a folder of their own (uploads,
 * the sample), in the data folder under the file's hash. The autosave is always in the data folder.
 */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EditPlace, OpenedPhoto } from '../../shared/protocol/calls.js';
import { editTooLarge, MAX_EDIT_BYTES, parseEditText } from '../../shared/edit/edit-text.js';
import {
  toErrorData,
  toUnsmearError,
  UnsmearError,
  type ErrorCode,
} from '../../shared/core/errors.js';
import { dataFolder } from '../storage/places.js';
import { readRegularText } from '../storage/regular-file.js';
import { readJsonFile, writeDocument, writeJsonFile } from '../storage/json-file.js';

export type KeptEdit = Pick<OpenedPhoto, 'edit' | 'editFrom' | 'editProblem'>;

/** Photo file that an edit belongs to. */
export interface EditedFile extends Pick<OpenedPhoto, 'hash' | 'hasFolder'> {
  readonly path: string;
}

const NO_EDIT: KeptEdit = { edit: null, editFrom: null, editProblem: null };
const UNWRITABLE: readonly ErrorCode[] = ['disk-full', 'output-unwritable', 'file-unreadable'];

export class EditStore {
  /** `data`: the data folder. */
  constructor(private readonly data = dataFolder()) {}

  /** Returns the newest edit of a photo, unvalidated, or why it cannot be read. Never changes a sidecar. */
  async load(file: EditedFile): Promise<KeptEdit> {
    const kept = await Promise.all(
      (['autosave', 'sidecar'] as const).map(async (editFrom) => {
        const path = this.path(file, editFrom);
        return { editFrom, path, time: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
      }),
    );
    const newestFirst = kept.filter(({ time }) => time > 0).sort((a, b) => b.time - a.time);
    let problem: KeptEdit | null = null;
    for (const { path, editFrom } of newestFirst) {
      try {
        const edit = await (editFrom === 'sidecar' ? readSidecar(path) : readAutosave(path));
        return { edit, editFrom, editProblem: null };
      } catch (error) {
        problem ??= { edit: null, editFrom, editProblem: toErrorData(error) };
      }
    }
    return problem ?? NO_EDIT;
  }

  /** Saves an edit; `null` removes the saved one. A saved sidecar replaces the autosave. */
  async save(file: EditedFile, edit: unknown, to: EditPlace): Promise<void> {
    const path = this.path(file, to);
    const beside = to === 'sidecar' && file.hasFolder;
    try {
      if (edit === null) await rm(path, { force: true });
      // A photo's folder that is gone (a disk that was taken out) is not made anew.
      else if (beside) await writeDocument(path, edit);
      else await writeJsonFile(path, edit);
    } catch (error) {
      throw unwritable(error, beside);
    }
    if (to === 'sidecar') await rm(this.path(file, 'autosave'), { force: true });
  }

  private path({ path, hash, hasFolder }: EditedFile, place: EditPlace): string {
    if (place === 'sidecar' && hasFolder) return `${path}.unsmear.json`;
    const name = createHash('sha256').update(hasFolder ? path : hash);
    return join(
      this.data,
      place === 'sidecar' ? 'edits' : 'autosave',
      `${name.digest('hex')}.json`,
    );
  }
}

/** Reads a sidecar, which is the user's own file and is never changed here. */
async function readSidecar(path: string): Promise<unknown> {
  try {
    const text = await readRegularText(path, MAX_EDIT_BYTES);
    if (text === null) throw editTooLarge();
    return parseEditText(text);
  } catch (error) {
    throw toUnsmearError(error, 'file-unreadable');
  }
}

/** Reads an autosave; a broken one is renamed. */
async function readAutosave(path: string): Promise<unknown> {
  const edit = await readJsonFile(path, (document) => document);
  if (edit === null) throw new UnsmearError('edit-invalid', 'The file holds no edit of Unsmear.');
  return edit;
}

/** Adds a hint that fits the place: `beside` the photo, or in the data folder. */
function unwritable(error: unknown, beside: boolean): UnsmearError {
  const { code, message, cause } = toUnsmearError(error, 'output-unwritable');
  if (!UNWRITABLE.includes(code)) return toUnsmearError(error);
  const full = code === 'disk-full';
  if (!beside) {
    const hint = full
      ? 'Free some space on that disk.'
      : "Make Unsmear's data folder one that you may write to.";
    return new UnsmearError(code, message, { hint, cause });
  }
  const way = full
    ? "Free some space on the photo's disk and save again."
    : "Make the photo's folder writable and save again, or copy the photo to another folder.";
  const hint = `${way} Until then the edit is in the autosave.`;
  return new UnsmearError(code, message, { hint, cause });
}
