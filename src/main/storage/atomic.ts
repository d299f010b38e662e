/**
 * Writes files atomically: under a hidden name beside the target, synced, then renamed. Files of
 * killed processes are recognised by their names and removed later.
 */
import { constants } from 'node:fs';
import { access, link, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import type { OnExist } from '../../shared/contracts/restore.js';
import { isAlive, processScope } from './is-alive.js';

const SCOPE = processScope();
const LEFTOVER = new RegExp(`^\\.unsmear-${SCOPE}-(\\d+)-\\d+\\.tmp$`);
let counter = 0;

/** Returns an unused hidden name beside `path`. */
function temporaryBeside(path: string): string {
  counter += 1;
  return join(dirname(path), `.unsmear-${SCOPE}-${process.pid}-${counter}.tmp`);
}

/**
 * Calls `write` with a temporary path (it may ask for more), then moves the result to `path` or the
 * next free name. Returns the final path.
 */
export async function writeAtomically(
  path: string,
  onExist: OnExist,
  write: (file: string, another: () => string) => Promise<string>,
): Promise<string> {
  const names: string[] = [];
  const another = (): string => {
    const name = temporaryBeside(path);
    names.push(name);
    return name;
  };
  try {
    const first = another();
    await (await open(first, 'wx')).close();
    const finished = await write(first, another);
    await syncFile(finished);
    const final = await place(finished, path, onExist);
    await syncFolder(dirname(path));
    return final;
  } catch (error) {
    throw await explainWriteError(error, path);
  } finally {
    // Fails on Windows while an abandoned encoder has the file open; the encoder removes it later.
    await Promise.all(names.map((name) => rm(name, { force: true }).catch(() => undefined)));
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in a folder durable. Windows cannot open folders and does it by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch(() => null);
  // The file is complete even if a network share cannot sync folders.
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function place(finished: string, path: string, onExist: OnExist): Promise<string> {
  if (onExist === 'overwrite') {
    await rename(finished, path);
    return path;
  }
  for (let i = 1; ; i++) {
    const name = i === 1 ? path : numbered(path, i);
    if (await claim(finished, name)) return name;
    if (onExist !== 'rename') throw alreadyExists(path);
  }
}

/** Error codes of file systems without hard links (exFAT on Windows: EISDIR). */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EISDIR', 'EINVAL']);

/** Claims a name with a hard link, which fails atomically if the name is taken. */
async function claim(finished: string, name: string): Promise<boolean> {
  try {
    await link(finished, name);
    await rm(finished);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code ?? '')) throw error;
  }
  // File systems without links: FAT and some network shares.
  if (await exists(name)) return false;
  await rename(finished, name);
  return true;
}

/** Returns `photo-2.jpg` for `photo.jpg` and 2. */
export function numbered(path: string, n: number): string {
  const extension = extname(path);
  return `${path.slice(0, path.length - extension.length)}-${n}${extension}`;
}

export function alreadyExists(path: string): UnsmearError {
  return new UnsmearError('output-exists', { reason: 'file', name: basename(path) });
}

export async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** Removes temporary files of ended processes of this machine from a folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const pid = LEFTOVER.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

/** Detects a full disk, which encoders report in various ways or as a failed write. */
async function explainWriteError(error: unknown, path: string): Promise<unknown> {
  if (error instanceof UnsmearError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const folder = dirname(path);
  if (
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    /no space left/i.test(message) ||
    (await isFull(folder))
  ) {
    return new UnsmearError(
      'disk-full',
      { reason: 'file', name: basename(path), folder },
      { cause: error },
    );
  }
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new UnsmearError(
      'output-unwritable',
      { reason: 'folder-missing', folder },
      { cause: error },
    );
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new UnsmearError(
      'output-unwritable',
      { reason: 'folder-denied', folder },
      { cause: error },
    );
  }
  return new UnsmearError(
    'output-unwritable',
    { reason: 'failed', name: basename(path) },
    { cause: error },
  );
}

async function isFull(folder: string): Promise<boolean> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize < 64 << 10,
    () => false,
  );
}
