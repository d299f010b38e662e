/** Lists the photos and folders of a folder, without hidden ones. */
import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileEntry } from '../../shared/protocol/calls.js';
import { throwIfAborted, toUnsmearError } from '../../shared/core/errors.js';
import { formatOfExtension } from '../imaging/codecs/sniff.js';

type FoundEntry = Omit<FileEntry, 'ref'> & { readonly path: string };

const AT_ONCE = 64;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Lists folders first, then photos, by name. `folder` is a real path; follows links whose target
 * `allowed` accepts. Lists pipes, sockets and devices named like photos; opening one reports it.
 */
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

/** Returns whether a name is hidden; includes the system folders of Windows drives. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name.startsWith('$') || name === 'System Volume Information';
}

/** Returns whether a name has the extension of a photo that can be opened. */
export function isReadablePhoto(name: string): boolean {
  return formatOfExtension(name) !== null;
}

/** Returns `null` unless the entry is a readable photo or folder that is `allowed`. */
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
    // The real path makes the parent of a linked folder the one that exists.
    if (status.isDirectory()) return { path: real, name, kind: 'folder', bytes: null, modified };
    if (!isPhoto) return null;
    return { path, name, kind: 'photo', bytes: status.size, modified };
  } catch {
    return null;
  }
}

function compare(a: FoundEntry, b: FoundEntry): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
  return byName.compare(a.name, b.name);
}
