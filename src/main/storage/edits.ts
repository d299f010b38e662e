/**
 * Stores edits on disk, for the editor and for batches. The sidecar lies beside its photo or, for
 * files without a folder of their own (uploads, the sample), in the data folder under the file's
 * hash. The autosave is always in the data folder. Files are replaced as a whole; one that cannot
 * be read is renamed, never overwritten or deleted.
 */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  toErrorData,
  toUnsmearError,
  UnsmearError,
  type ErrorCode,
} from '../../shared/core/errors.js';
import { parseJson } from '../../shared/core/json-text.js';
import { MAX_EDIT_BYTES } from '../../shared/edit/limits.js';
import { readEditSettings, type ReadSettings } from '../../shared/edit/read-edit.js';
import type { EditPlace, OpenedPhoto } from '../../shared/protocol/calls.js';
import { setAside, writePrivateText, writeText } from './json-file.js';
import { dataFolder } from './places.js';
import { readRegularText } from './regular-file.js';

type LoadedEdit = Pick<OpenedPhoto, 'edit' | 'editFrom' | 'editProblem'>;

/** Photo file that an edit belongs to. */
export interface EditedFile extends Pick<OpenedPhoto, 'hash' | 'hasFolder'> {
  readonly path: string;
}

const NO_EDIT: LoadedEdit = { edit: null, editFrom: null, editProblem: null };
const UNWRITABLE: readonly ErrorCode[] = ['disk-full', 'output-unwritable', 'file-unreadable'];
/** Longest time in milliseconds that reading an edit blocks this process. */
const PAUSE_AFTER_MS = 30;

export class EditStore {
  /** Files that this process has read or written, by path: whether they hold a readable edit. */
  readonly #readable = new Map<string, boolean>();

  /** `data`: the data folder. */
  constructor(private readonly data = dataFolder()) {}

  /** Returns the newest readable edit of a photo, or why none can be read. Changes no file. */
  async load(file: EditedFile): Promise<LoadedEdit> {
    const stored = await Promise.all(
      (['autosave', 'sidecar'] as const).map(async (editFrom) => {
        const path = this.#path(file, editFrom);
        return { editFrom, path, time: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
      }),
    );
    const newestFirst = stored.filter(({ time }) => time > 0).sort((a, b) => b.time - a.time);
    let problem: LoadedEdit | null = null;
    for (const { path, editFrom } of newestFirst) {
      try {
        const { document } = await readEditFile(path);
        this.#readable.set(path, true);
        return { edit: document, editFrom, editProblem: null };
      } catch (error) {
        this.#readable.set(path, false);
        problem ??= { edit: null, editFrom, editProblem: toErrorData(error) };
      }
    }
    return problem ?? NO_EDIT;
  }

  /** Saves an edit; `null` removes the saved one. A saved sidecar replaces the autosave. */
  async save(file: EditedFile, edit: unknown, to: EditPlace): Promise<void> {
    const path = this.#path(file, to);
    const beside = to === 'sidecar' && file.hasFolder;
    try {
      await this.#setAsideUnreadable(path);
      if (edit === null) await rm(path, { force: true });
      // Does not create the folder of a removed disk.
      else if (beside) await writeText(path, formatEdit(edit));
      else await writePrivateText(path, formatEdit(edit));
    } catch (error) {
      throw unwritable(error, beside);
    }
    if (edit !== null) this.#readable.set(path, true);
    if (to === 'sidecar') await this.save(file, null, 'autosave');
  }

  /** Renames a file that holds no readable edit to `<name>.unreadable.json`. */
  async #setAsideUnreadable(path: string): Promise<void> {
    let readable = this.#readable.get(path);
    if (readable === undefined) {
      if ((await stat(path).catch(() => null)) === null) return;
      readable = await readEditFile(path).then(
        () => true,
        () => false,
      );
    }
    if (!readable && (await stat(path).catch(() => null)) !== null) {
      await setAside(path, 'unreadable');
    }
    this.#readable.delete(path);
  }

  #path({ path, hash, hasFolder }: EditedFile, place: EditPlace): string {
    if (place === 'sidecar' && hasFolder) return sidecarPath(path);
    const name = createHash('sha256').update(hasFolder ? path : hash);
    return join(
      this.data,
      place === 'sidecar' ? 'edits' : 'autosave',
      `${name.digest('hex')}.json`,
    );
  }
}

/**
 * Returns the current settings of the edit beside a photo, or `null` without one. Throws
 * `edit-invalid` or `file-unreadable`.
 */
export async function readSidecar(photoPath: string): Promise<ReadSettings | null> {
  const path = sidecarPath(photoPath);
  if ((await stat(path).catch(() => null)) === null) return null;
  return (await readEditFile(path)).settings;
}

function sidecarPath(photoPath: string): string {
  return `${photoPath}.unsmear.json`;
}

/** Reads and validates an edit, with pauses for other work of this process. */
async function readEditFile(path: string): Promise<{ document: unknown; settings: ReadSettings }> {
  try {
    const text = await readRegularText(path, MAX_EDIT_BYTES);
    if (text === null) throw tooLarge();
    const document = parseEdit(text);
    const steps = readEditSettings(document);
    let since = 0;
    for (;;) {
      if (performance.now() - since > PAUSE_AFTER_MS) {
        await setImmediate();
        since = performance.now();
      }
      const step = steps.next();
      if (step.done === true) return { document, settings: step.value };
    }
  } catch (error) {
    throw toUnsmearError(error, 'file-unreadable');
  }
}

function parseEdit(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = cause instanceof RangeError ? 'too-deep' : 'not-an-edit';
    throw new UnsmearError('edit-invalid', { reason }, { cause });
  }
}

function tooLarge(): UnsmearError {
  return new UnsmearError('edit-invalid', { reason: 'too-large', megabytes: MAX_EDIT_BYTES >> 20 });
}

/** Throws `edit-invalid` for an edit that could not be read again; the editor never makes one. */
function formatEdit(edit: unknown): string {
  const text = `${JSON.stringify(edit)}\n`;
  if (Buffer.byteLength(text) > MAX_EDIT_BYTES) throw tooLarge();
  return text;
}

/** Returns an error that names the place: `beside` the photo, or in the data folder. */
function unwritable(error: unknown, beside: boolean): UnsmearError {
  const known = toUnsmearError(error, 'output-unwritable');
  if (!UNWRITABLE.includes(known.code)) return known;
  const place = beside ? 'beside' : 'apart';
  const reason = known.code === 'disk-full' ? (`${place}-full` as const) : place;
  return new UnsmearError('edit-unsaved', { reason, problem: known.toData() }, { cause: error });
}
