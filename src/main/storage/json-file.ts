/** Reads and writes small JSON documents in the data folder, atomically; a broken one is renamed, not deleted. */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MAX_EDIT_BYTES, parseEditText } from '../../shared/edit/edit-text.js';
import { toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { readRegularText } from './regular-file.js';
import { exists, numbered, writeAtomically } from './atomic.js';

/**
 * Returns what `read` makes of the document, or `null` if there is none. A broken one (not JSON, too large or
 * too deep, or `read` returns `null`) is renamed to `<name>.broken.json`. Rejects if it cannot be opened.
 */
export async function readJsonFile<T>(
  path: string,
  read: (document: unknown) => T | null,
): Promise<T | null> {
  const text = await readRegularText(path, MAX_EDIT_BYTES).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw toUnsmearError(error, 'file-unreadable');
  });
  if (text === undefined) return null;
  const found = text === null ? null : parse(text, read);
  if (found === null) await setAside(path);
  return found;
}

/** Writes a document that only the user may read: it names the user's files. */
export async function writeJsonFile(path: string, document: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeDocument(path, document, 0o600);
}

/** Writes a document into an existing folder, with `mode` or the system's default permissions. */
export async function writeDocument(path: string, document: unknown, mode?: number): Promise<void> {
  const text = formatJson(document);
  await writeAtomically(path, 'overwrite', async (file) => {
    if (mode !== undefined) await chmod(file, mode);
    await writeFile(file, text);
    return file;
  });
}

/** Throws `option-invalid` for a document that is too large or too deep. */
function formatJson(document: unknown): string {
  try {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (Buffer.byteLength(text) <= MAX_EDIT_BYTES) return text;
  } catch (error) {
    // `JSON.stringify` recurses and exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UnsmearError('option-invalid', 'There is too much to keep.');
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function parse<T>(text: string, read: (document: unknown) => T | null): T | null {
  try {
    return read(parseEditText(text));
  } catch {
    return null;
  }
}

async function setAside(path: string): Promise<void> {
  const beside = path.replace(/(\.json)?$/, '.broken.json');
  for (let i = 1; ; i++) {
    const name = i === 1 ? beside : numbered(beside, i);
    if (await exists(name)) continue;
    // If the rename fails, the next write reports it.
    await rename(path, name).catch(() => undefined);
    return;
  }
}
