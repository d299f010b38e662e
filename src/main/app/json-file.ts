/** Small JSON documents in the data folder: written whole or not at all, and a broken one is kept for its owner. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toUnsmearError, UnsmearError } from '../../shared/errors.js';
import { exists, numbered, writeAtomically } from '../imaging/atomic.js';

const MAX_CHARACTERS = 1 << 20;

/**
 * What `read` makes of the document; null where there is none. A broken one (no JSON, or `read` returns
 * null) is renamed to `<name>.broken.json` and counts as none. Rejects where the file cannot be opened.
 */
export async function readJsonFile<T>(
  path: string,
  read: (document: unknown) => T | null,
): Promise<T | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw toUnsmearError(error, 'file-unreadable');
  });
  if (text === null) return null;
  const found = parse(text, read);
  if (found === null) await setAside(path);
  return found;
}

/** For the user's eyes only: these documents name the user's files. */
export async function writeJsonFile(path: string, document: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeDocument(path, document, 0o600);
}

/** Into a folder that is there; without a `mode`, as other programs make their files there. */
export async function writeDocument(path: string, document: unknown, mode?: number): Promise<void> {
  const text = formatJson(document);
  await writeAtomically(path, 'overwrite', async (file) => {
    if (mode !== undefined) await chmod(file, mode);
    await writeFile(file, text);
    return file;
  });
}

/** Rejects with `option-invalid` what is too large or too deep to be a document of ours. */
function formatJson(document: unknown): string {
  try {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (text.length <= MAX_CHARACTERS) return text;
  } catch (error) {
    // The depth of a stack.
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
    return read(JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

async function setAside(path: string): Promise<void> {
  const beside = path.replace(/(\.json)?$/, '.broken.json');
  for (let i = 1; ; i++) {
    const name = i === 1 ? beside : numbered(beside, i);
    if (await exists(name)) continue;
    // Where even that is impossible the next write says so.
    await rename(path, name).catch(() => undefined);
    return;
  }
}
