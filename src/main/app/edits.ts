/**
 * Edits on disk. Saved ones lie beside their photo as sidecars; those of files that have no place of their own (uploads, the sample)
 * lie in the data folder under the file's hash, so that the same photo finds them again. The autosave is in the data folder.
 */
import { createHash } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EditPlace, OpenedPhoto } from '../../shared/api/calls.js';
import { toErrorData, toUnsmearError, UnsmearError, type ErrorCode } from '../../shared/errors.js';
import { dataFolder } from '../plugins/places.js';
import { readJsonFile, writeDocument, writeJsonFile } from './json-file.js';

export type KeptEdit = Pick<OpenedPhoto, 'edit' | 'editFrom' | 'editProblem'>;

/** Whose edit it is. */
export interface EditedFile extends Pick<OpenedPhoto, 'hash' | 'hasFolder'> {
  readonly path: string;
}

const NO_EDIT: KeptEdit = { edit: null, editFrom: null, editProblem: null };
/** Larger than anything that is written. */
const MAX_BYTES = 16 << 20;
const UNWRITABLE: readonly ErrorCode[] = ['disk-full', 'output-unwritable', 'file-unreadable'];

export class EditStore {
  /** `data`: the data folder. */
  constructor(private readonly data = dataFolder()) {}

  /** What was kept last for this photo, unchecked. What cannot be read is told; a sidecar stays as it is. */
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

  /** null instead of an edit: what is kept there is removed. A saved edit makes the autosave needless. */
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

/** The user's own file: whatever is wrong with it, it is not touched. */
async function readSidecar(path: string): Promise<unknown> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw noEdit();
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw error instanceof SyntaxError ? noEdit(error) : toUnsmearError(error, 'file-unreadable');
  }
}

/** A broken one is put aside. */
async function readAutosave(path: string): Promise<unknown> {
  const edit = await readJsonFile(path, (document) => document);
  if (edit === null) throw noEdit();
  return edit;
}

function noEdit(cause?: unknown): UnsmearError {
  return new UnsmearError('edit-invalid', 'The file holds no edit of Unsmear.', { cause });
}

/** What to do about it depends on what was written where. */
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
