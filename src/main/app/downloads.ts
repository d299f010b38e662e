/** Files that a browser may fetch once. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PrivateFolder } from '../storage/private-folder.js';
import { safeName } from '../../shared/contracts/file-name.js';

export interface Download {
  readonly path: string;
  readonly name: string;
}

const KEPT = 64;

export class Downloads {
  private readonly offered = new Map<string, Download>();

  constructor(private readonly folder: PrivateFolder) {}

  /** Returns a new path in the private folder for a file to be offered. */
  async place(name: string): Promise<string> {
    return join(await this.folder.fresh(), safeName(name));
  }

  /** Offers a file at a path from `place`; returns its id. Discards the oldest unfetched files. */
  async offer(path: string, name: string): Promise<string> {
    const id = randomBytes(16).toString('hex');
    this.offered.set(id, { path, name: safeName(name) });
    const [oldest] = this.offered;
    if (oldest !== undefined && this.offered.size > KEPT) {
      this.offered.delete(oldest[0]);
      await this.discard(oldest[1]);
    }
    return id;
  }

  /** Returns the file of an id once; `null` if there is none. */
  take(id: string): Download | null {
    const download = this.offered.get(id) ?? null;
    this.offered.delete(id);
    return download;
  }

  /** Offers a file again after a broken download. */
  giveBack(id: string, download: Download): void {
    this.offered.set(id, download);
  }

  /** Removes a file after its download. */
  async discard({ path }: Download): Promise<void> {
    await rm(dirname(path), { recursive: true, force: true });
  }
}
