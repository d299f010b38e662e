/** What a folder holds for this program: photos and folders, hidden ones left out. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../../shared/api/calls.js';
import { throwIfAborted, toUnsmearError } from '../../shared/errors.js';
import { formatOfExtension } from '../imaging/sniff.js';

export type FoundEntry = Omit<FileEntry, 'ref'> & { readonly path: string };

const AT_ONCE = 64;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** `folder` is a real path. Links are followed where `allowed` agrees to where they lead; folders come first. */
export async function readFolder(
  signal: AbortSignal,
  folder: string,
  allowed: (real: string) => boolean,
): Promise<FoundEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw toUnsmearError(error, 'file-unreadable');
  });
  const visible = entries.filter(({ name }) => !isHidden(name));
  const found: FoundEntry[] = [];
  for (let i = 0; i < visible.length; i += AT_ONCE) {
    throwIfAborted(signal);
    const some = visible.slice(i, i + AT_ONCE);
    const described = await Promise.all(some.map((entry) => describe(folder, entry, allowed)));
    found.push(...described.filter((entry) => entry !== null));
  }
  return found.sort(compare);
}

/** Also what Windows hides in every drive's first folder. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('$') || name === 'System Volume Information';
}

/** By its name. */
export function isReadablePhoto(name: string): boolean {
  return formatOfExtension(name) !== null;
}

/** null for what is neither a photo nor a folder, cannot be read, or leads out. */
async function describe(
  folder: string,
  entry: Dirent,
  allowed: (real: string) => boolean,
): Promise<FoundEntry | null> {
  const { name } = entry;
  const path = join(folder, name);
  const isPhoto = isReadablePhoto(name);
  if (entry.isFile() && !isPhoto) return null;
  try {
    const real = entry.isSymbolicLink() ? await realpath(path) : path;
    if (!allowed(real)) return null;
    const status = await stat(real);
    const modified = Math.round(status.mtimeMs);
    // A linked folder is entered by its real path, so that the way up is the one that exists.
    if (status.isDirectory()) return { path: real, name, kind: 'folder', bytes: null, modified };
    if (!status.isFile() || !isPhoto) return null;
    return { path, name, kind: 'photo', bytes: status.size, modified };
  } catch {
    return null;
  }
}

function compare(a: FoundEntry, b: FoundEntry): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
  return byName.compare(a.name, b.name);
}
