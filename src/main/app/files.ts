/**
 * References in place of paths. An editor can only name what it was shown: a reference is made here for
 * every file and folder that is listed, dropped, uploaded or chosen, and nothing else turns into a path.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { FileEntry, FolderListing } from '../../shared/api/calls.js';
import type { FileRef } from '../../shared/api/ids.js';
import { throwIfAborted, toUnsmearError, UnsmearError } from '../../shared/errors.js';
import { readFolder } from './folder.js';
import { findRoots, isInside, type Root } from './roots.js';

interface Known {
  readonly path: string;
  /** Found by listing: must stay inside the roots. Otherwise the user or the program named it. */
  readonly confined: boolean;
}

export class FileReferences {
  private readonly known = new Map<FileRef, Known>();
  private readonly key = randomBytes(32);
  /** Folders that the user chose or dropped: as good as roots, but not listed among them. */
  private readonly chosen: Root[] = [];

  constructor(private readonly roots: () => Promise<readonly Root[]> = findRoots) {}

  /** Photos and folders of a folder, or the roots. Entries that cannot be read are left out. */
  async list(signal: AbortSignal, folder: FileRef | null): Promise<FolderListing> {
    if (folder === null) {
      const roots = await this.roots();
      return { trail: [], entries: roots.map(({ name, path }) => this.folderEntry(name, path)) };
    }
    const path = await realpath(await this.resolve(folder)).catch((error: unknown) => {
      throw toUnsmearError(error, 'file-unreadable');
    });
    const roots = await this.allRoots();
    // The outermost root, so that there is a way up as far as one may go.
    const root = roots
      .filter((candidate) => isInside(candidate.path, path))
      .sort((a, b) => a.path.length - b.path.length)[0];
    if (root === undefined) throw outside();
    const found = await readFolder(signal, path, (real) => isAllowed(roots, real));
    throwIfAborted(signal);
    const entries = found.map(({ path: entry, ...rest }) => ({
      ref: this.mint(entry, true),
      ...rest,
    }));
    return { trail: this.trail(root, path), entries };
  }

  /** The path behind a reference. Rejects where there is none, or where it leads out of the roots by now. */
  async resolve(ref: FileRef): Promise<string> {
    const known = this.known.get(ref);
    if (known === undefined) throw unknownReference();
    if (!known.confined) return known.path;
    const real = await realpath(known.path).catch((error: unknown) => {
      throw toUnsmearError(error, 'file-unreadable');
    });
    if (!isAllowed(await this.allRoots(), real)) throw outside();
    return known.path;
  }

  /**
   * A reference to what the user chose outside the editor (the system's dialog, a drop, the command line)
   * or the program made itself. Never call it with a path that came from an editor.
   */
  async admit(path: string): Promise<FileEntry> {
    const absolute = resolve(path);
    const found = await stat(absolute).catch((error: unknown) => {
      throw toUnsmearError(error, 'file-unreadable');
    });
    const folder = found.isDirectory();
    const name = basename(absolute) || absolute;
    if (folder) await this.choose(name, absolute);
    return {
      ref: this.mint(absolute, false),
      name,
      kind: folder ? 'folder' : 'photo',
      bytes: folder ? null : found.size,
      modified: Math.round(found.mtimeMs),
    };
  }

  /** Those of some real paths that lie where one may look. */
  async thoseInside(reals: readonly string[]): Promise<ReadonlySet<string>> {
    const roots = await this.allRoots();
    return new Set(reals.filter((real) => isAllowed(roots, real)));
  }

  private async choose(name: string, folder: string): Promise<void> {
    const path = await realpath(folder);
    if (!this.chosen.some((root) => root.path === path)) this.chosen.push({ name, path });
  }

  private async allRoots(): Promise<readonly Root[]> {
    return [...(await this.roots()), ...this.chosen];
  }

  /** The same file has the same reference for as long as the program runs; no other run can guess it. */
  private mint(path: string, confined: boolean): FileRef {
    const mac = createHmac('sha256', this.key)
      .update(confined ? 'c' : 'a')
      .update(path);
    const ref = `f-${mac.digest('hex').slice(0, 32)}`;
    this.known.set(ref, { path, confined });
    return ref;
  }

  private folderEntry(name: string, path: string): FileEntry {
    return { ref: this.mint(path, true), name, kind: 'folder', bytes: null, modified: null };
  }

  private trail(root: Root, path: string): FileEntry[] {
    const trail: FileEntry[] = [];
    for (let at = path; at !== root.path; at = dirname(at)) {
      trail.unshift(this.folderEntry(basename(at), at));
    }
    return [this.folderEntry(root.name, root.path), ...trail];
  }
}

function isAllowed(roots: readonly Root[], real: string): boolean {
  return roots.some((root) => isInside(root.path, real));
}

function unknownReference(): UnsmearError {
  return new UnsmearError('file-missing', 'This file is not known any more.', {
    hint: 'Open it again.',
  });
}

function outside(): UnsmearError {
  return new UnsmearError('file-unreadable', 'This folder is not one of those that are shown.', {
    hint: 'Start Unsmear with --root to add a folder.',
  });
}
