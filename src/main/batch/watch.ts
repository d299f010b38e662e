/** Watches folders for photos that arrive while a batch runs: copied cards, tethered cameras. */
import { watch } from 'chokidar';
import { basename, resolve, sep } from 'node:path';
import { toUnsmearError, type UnsmearError } from '../../shared/core/errors.js';
import { isReadablePhoto } from '../app/folder.js';

interface WatchOptions {
  readonly recursive: boolean;
  /** Folder of the results, which is not watched. */
  readonly except: string | null;
}

/** Time in ms without a change of size after which a file counts as complete. */
const WHOLE_AFTER_MS = 2000;

/**
 * Calls `arrived` for each complete photo: existing ones first, and replaced ones again. Resolves
 * when the folders are watched.
 */
async function watchFolders(
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

/** Restores arriving photos until the signal aborts: `arrived` adds one, `work` restores all. */
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
