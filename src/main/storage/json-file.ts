/** Reads and writes small JSON documents atomically; renames broken ones, never deletes them. */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { parseJson } from '../../shared/core/json-text.js';
import { readRegularText } from './regular-file.js';
import { exists, numbered, writeAtomically } from './atomic.js';

/** Largest document in bytes; presets among the settings can hold masks. */
const MAX_BYTES = 16 << 20;

/**
 * Returns the document as parsed by `read`, or `null` without a file. Renames a broken one (not
 * JSON, too large or deep, or `read` returns `null`) to `<name>.broken.json`. Rejects if the file
 * cannot be opened.
 */
export async function readJsonFile<T>(
  path: string,
  read: (document: unknown) => T | null,
): Promise<T | null> {
  const text = await readRegularText(path, MAX_BYTES).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw toUnsmearError(error, 'file-unreadable');
  });
  if (text === undefined) return null;
  const found = text === null ? null : parse(text, read);
  // If the rename fails, the next write reports it.
  if (found === null) await setAside(path, 'broken').catch(() => undefined);
  return found;
}

/** Writes a document that only the user may read: it names the user's files. */
export async function writeJsonFile(path: string, document: unknown): Promise<void> {
  await writePrivateText(path, formatJson(document));
}

/** Writes a text that only the user may read, and makes its folder. */
export async function writePrivateText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeText(path, text, 0o600);
}

/** Writes a text into an existing folder, with `mode` or the system's default permissions. */
export async function writeText(path: string, text: string, mode?: number): Promise<void> {
  await writeAtomically(path, 'overwrite', async (file) => {
    if (mode !== undefined) await chmod(file, mode);
    await writeFile(file, text);
    return file;
  });
}

/** Throws `document-too-large` for a document that is too large or too deep. */
function formatJson(document: unknown): string {
  try {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  } catch (error) {
    // `JSON.stringify` recurses and exhausts the stack.
    if (!(error instanceof RangeError)) throw error;
  }
  throw new UnsmearError('document-too-large');
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function parse<T>(text: string, read: (document: unknown) => T | null): T | null {
  try {
    return read(parseJson(text));
  } catch {
    return null;
  }
}

/** Renames `<name>.json` to `<name>.<mark>.json`, with a number if that exists. */
export async function setAside(path: string, mark: string): Promise<void> {
  const beside = path.replace(/(\.json)?$/, `.${mark}.json`);
  for (let i = 1; ; i++) {
    const name = i === 1 ? beside : numbered(beside, i);
    if (!(await exists(name))) return rename(path, name);
  }
}
