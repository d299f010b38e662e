/** Opens regular files and refuses everything else that a path can lead to. */
import { closeSync, constants, fstatSync, openSync, statSync, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';

/**
 * Opening a named pipe without a writer blocks a thread for ever, so pipes are never opened. If one
 * replaces the file after the check, `O_NONBLOCK` (absent on Windows) returns at once.
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- undefined on Windows
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

type Kind = Pick<
  Stats,
  'isFile' | 'isDirectory' | 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'
>;

/** Returns whether a path leads to a pipe, socket or device. */
export function isSpecial(status: Kind): boolean {
  return !status.isFile() && !status.isDirectory();
}

/** Returns the file's status. Throws `file-unreadable` unless it is a regular file. */
export async function requireRegularFile(path: string): Promise<Stats> {
  return checked(await stat(path), path);
}

/** Opens a regular file for reading, and nothing else. Throws as `requireRegularFile` does. */
export async function openRegularFile(path: string): Promise<FileHandle> {
  await requireRegularFile(path);
  const file = await open(path, READ);
  try {
    checked(await file.stat(), path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Returns a file descriptor; otherwise as `openRegularFile`. */
export function openRegularFileSync(path: string): number {
  checked(statSync(path), path);
  const file = openSync(path, READ);
  try {
    checked(fstatSync(file), path);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Returns the text of a regular file, or `null` above `maxBytes`. Throws as `openRegularFile`. */
export async function readRegularText(path: string, maxBytes: number): Promise<string | null> {
  const file = await openRegularFile(path);
  try {
    if ((await file.stat()).size > maxBytes) return null;
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function checked<T extends Kind>(status: T, path: string): T {
  if (status.isFile()) return status;
  const name = basename(path);
  if (status.isDirectory()) {
    throw new UnsmearError('file-unreadable', { reason: 'folder', name });
  }
  throw new UnsmearError('file-unreadable', { reason: kindOf(status), name });
}

function kindOf(status: Kind): 'pipe' | 'socket' | 'device' {
  if (status.isFIFO()) return 'pipe';
  if (status.isSocket()) return 'socket';
  return 'device';
}
