/**
 * Makes private folders for finished tiles and files in transit, and removes those that a killed
 * process left behind.
 *
 * They lie in shared places (the system's temporary folder), so a name proves nothing. A sweep
 * removes a folder only if all of this holds:
 *
 * - `makeScratch` could have made its name, and it is a real directory of this user, not a link;
 * - it contains a marker file of `makeScratch` that names this folder and its owner;
 * - the owner has ended. A process number alone is not enough: numbers are reused, and a container
 *   that shares the folder has its own. The marker therefore records boot, PID namespace, number
 *   and start time (`ProcessMark`), which is exact within the same boot and namespace. Elsewhere
 *   the owner cannot be seen; then only a marker that was not touched for a week counts as
 *   abandoned. Its owner touches it every minute.
 *
 * A lock that dies with its process is not available: Node has no `flock`, and a socket in the
 * folder fails on network drives and with long paths.
 */
import { rmSync, readdirSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { hasEnded, ownMark } from './is-alive.js';

/** `mkdtemp` appends the six letters or digits. */
const NAME = /^unsmear-\d+-[A-Za-z0-9]{6}$/;

const MARKER = '.unsmear-scratch.json';
const MAX_MARKER_BYTES = 4096;
const TOUCH_MS = 60_000;
const STALE_MS = 7 * 24 * 60 * 60_000;

const Marker = z.object({
  format: z.literal('unsmear-scratch'),
  version: z.literal(1),
  /** Name of the folder that the marker was made for. */
  folder: z.string(),
  owner: z.object({
    pid: z.int().positive(),
    start: z.string().nullable(),
    space: z.string().nullable(),
  }),
});

/** Folders of this process that still exist. */
const held = new Set<string>();
let touching: NodeJS.Timeout | null = null;

/** Makes a folder of mode 0700 with a marker. The process number in its name is for people. */
export async function makeScratch(root = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(root, `unsmear-${process.pid}-`));
  const marker: z.infer<typeof Marker> = {
    ...{ format: 'unsmear-scratch', version: 1 },
    folder: basename(folder),
    owner: ownMark(),
  };
  try {
    await writeFile(join(folder, MARKER), JSON.stringify(marker), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  held.add(folder);
  touching ??= setInterval(touchMarkers, TOUCH_MS).unref();
  return folder;
}

/**
 * Removes a folder and its content, without following links. Removes the marker last, so that the
 * next sweep finishes an interrupted removal.
 */
export async function removeScratch(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (name !== MARKER) await rm(join(folder, name), { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
  held.delete(folder);
}

/** Removes all folders of this process synchronously, for an immediate exit. */
export function removeHeldScratch(): void {
  for (const folder of held) {
    try {
      for (const name of readdirSync(folder)) {
        if (name !== MARKER) rmSync(join(folder, name), { recursive: true, force: true });
      }
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // The next sweep removes the rest.
    }
  }
  held.clear();
}

/** Removes the folders in `root` whose owners have ended; ignores what cannot be removed. */
export async function sweepScratch(root = tmpdir()): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((one) => NAME.test(one))) {
    const folder = join(root, name);
    if (await isAbandoned(folder)) await removeScratch(folder).catch(() => undefined);
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  try {
    const directory = await lstat(folder);
    if (!directory.isDirectory() || !isOwn(directory.uid)) return false;
    const path = join(folder, MARKER);
    const file = await lstat(path);
    if (!file.isFile() || !isOwn(file.uid) || file.size > MAX_MARKER_BYTES) return false;
    const marker = Marker.parse(JSON.parse(await readFile(path, 'utf8')));
    if (marker.folder !== basename(folder)) return false;
    return hasEnded(marker.owner) ?? Date.now() - file.mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

/** Windows has no user numbers; its folders for temporary files belong to one user each. */
function isOwn(uid: number): boolean {
  return process.getuid === undefined || process.getuid() === uid;
}

function touchMarkers(): void {
  const now = new Date();
  for (const folder of held) void utimes(join(folder, MARKER), now, now).catch(() => undefined);
}
