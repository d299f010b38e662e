/** Photos that arrive in folders while a batch runs: cameras' cards being copied, tethered shooting, downloads. */
import { watch } from 'chokidar';
import { basename, resolve, sep } from 'node:path';
import { toUnsmearError, type UnsmearError } from '../../shared/core/errors.js';
import { isReadablePhoto } from '../app/folder.js';

export interface WatchOptions {
  readonly recursive: boolean;
  /** Results are written there. */
  readonly except: string | null;
}

/** A file is whole when its size has not changed for this long: copying from a card pauses, too. */
const WHOLE_AFTER_MS = 2000;

/**
 * Tells each photo once it is whole, those first that are there already, and again when it was replaced. Resolves when the folders
 * are being watched.
 */
export async function watchFolders(
  folders: readonly string[],
  { recursive, except }: WatchOptions,
  arrived: (path: string, folder: string) => void,
  wholeAfterMs = WHOLE_AFTER_MS,
): Promise<{ close(): Promise<void> }> {
  const tops = folders.map((folder) => resolve(folder));
  const results = except === null ? null : resolve(except);
  const watcher = watch(tops, {
    ...(recursive ? {} : { depth: 0 }),
    ignored: (path, status) => {
      if (tops.includes(path)) return false;
      if (results !== null && (path === results || path.startsWith(results + sep))) return true;
      if (basename(path).startsWith('.')) return true;
      return status?.isFile() === true && !isReadablePhoto(path);
    },
    awaitWriteFinish: {
      stabilityThreshold: wholeAfterMs,
      pollInterval: Math.min(200, wholeAfterMs),
    },
  });
  const tell = (path: string): void => {
    const folder = tops.find((top) => path.startsWith(top + sep)) ?? tops[0]!;
    arrived(path, folder);
  };
  watcher.on('add', tell).on('change', tell);
  await new Promise<void>((ready) => watcher.once('ready', ready));
  return { close: () => watcher.close() };
}

/**
 * Restores what arrives until the signal says stop. `work` restores what the journal has; `arrived` puts a photo there.
 */
export async function workAsTheyCome(
  signal: AbortSignal,
  folders: readonly string[],
  options: WatchOptions,
  arrived: (path: string, folder: string) => Promise<void>,
  work: () => Promise<unknown>,
): Promise<void> {
  let wake = (): void => undefined;
  let news = true;
  const failures: UnsmearError[] = [];
  const tell = (): void => {
    news = true;
    wake();
  };
  const watcher = await watchFolders(folders, options, (path, folder) => {
    arrived(path, folder).then(tell, (error: unknown) => {
      failures.push(toUnsmearError(error));
      tell();
    });
  });
  signal.addEventListener('abort', tell, { once: true });
  try {
    while (!signal.aborted) {
      if (!news) await new Promise<void>((resolve) => (wake = resolve));
      news = false;
      if (failures[0] !== undefined) throw failures[0];
      await work();
    }
  } finally {
    signal.removeEventListener('abort', tell);
    await watcher.close();
  }
}
