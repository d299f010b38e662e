/**
 * Makes references, which editors use in place of paths, and resolves them. Every file or folder
 * that is listed, dropped, uploaded or chosen gets one; nothing else from an editor becomes a path.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { FileEntry, FolderListing } from '../../shared/protocol/calls.js';
import type { FileRef } from '../../shared/protocol/ids.js';
import { throwIfAborted, toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { readFolder } from './folder.js';
import { findRoots, isInside, type Root } from './roots.js';

interface Known {
  readonly path: string;
  /** Listed entries must stay inside the roots; false if the user or the program named the path. */
  readonly confined: boolean;
}

export class FileReferences {
  private readonly known = new Map<FileRef, Known>();
  private readonly key = randomBytes(32);
  /** Folders that the user chose or dropped: allowed like roots, but not listed among them. */
  private readonly chosen: Root[] = [];

  constructor(private readonly roots: () => Promise<readonly Root[]> = findRoots) {}

  /** Lists the readable photos and folders of a folder; `null` = the roots. */
  async list(signal: AbortSignal, folder: FileRef | null): Promise<FolderListing> {
    if (folder === null) {
      const roots = await this.roots();
      return { trail: [], entries: roots.map(({ name, path }) => this.folderEntry(name, path)) };
    }
    const path = await realOf(await this.resolve(folder));
    const roots = await this.allRoots();
    // The outermost root is as far as the user may go up.
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

  /** Returns the path. Rejects unknown references, and listed ones that leave the roots by now. */
  async resolve(ref: FileRef): Promise<string> {
    const { path, confined } = this.find(ref);
    if (confined) await this.realInside(path);
    return path;
  }

  /**
   * Returns the real path of a folder to write to, so that links on the way cannot be exchanged
   * after the check. Rejects as `resolve`, with `output-gone` if the folder no longer exists, and
   * with `output-unwritable` if it is not a folder.
   */
  async resolveFolder(ref: FileRef): Promise<string> {
    const { path, confined } = this.find(ref);
    try {
      const real = confined ? await this.realInside(path) : await realOf(path);
      if ((await stat(real)).isDirectory()) return real;
    } catch (error) {
      if (toUnsmearError(error).code !== 'file-missing') throw error;
      throw new UnsmearError('output-gone', { folder: basename(path) }, { cause: error });
    }
    throw new UnsmearError('output-unwritable', { reason: 'not-a-folder', name: basename(path) });
  }

  /**
   * Makes a reference to a path that the user chose outside the editor (a system dialog, a drop,
   * the command line) or that the program made. Never call it with a path from an editor.
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

  /** Returns the real paths that lie inside the roots. */
  async thoseInside(reals: readonly string[]): Promise<ReadonlySet<string>> {
    const roots = await this.allRoots();
    return new Set(reals.filter((real) => isAllowed(roots, real)));
  }

  /** Throws `file-missing` for an unknown reference. */
  private find(ref: FileRef): Known {
    const known = this.known.get(ref);
    if (known === undefined) throw unknownReference();
    return known;
  }

  /** Returns the real path. Rejects if it is outside the roots. */
  private async realInside(path: string): Promise<string> {
    const real = await realOf(path);
    if (!isAllowed(await this.allRoots(), real)) throw outside();
    return real;
  }

  private async choose(name: string, folder: string): Promise<void> {
    const path = await realpath(folder);
    if (!this.chosen.some((root) => root.path === path)) this.chosen.push({ name, path });
  }

  private async allRoots(): Promise<readonly Root[]> {
    return [...(await this.roots()), ...this.chosen];
  }

  /** Makes an unguessable reference, the same for the same file while the program runs. */
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

async function realOf(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    throw toUnsmearError(error, 'file-unreadable');
  });
}

function isAllowed(roots: readonly Root[], real: string): boolean {
  return roots.some((root) => isInside(root.path, real));
}

function unknownReference(): UnsmearError {
  return new UnsmearError('file-missing', { reason: 'forgotten' });
}

function outside(): UnsmearError {
  return new UnsmearError('file-unreadable', { reason: 'outside' });
}
