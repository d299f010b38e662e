/** Files that a browser may fetch once. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PrivateFolder } from '../storage/private-folder.js';
import { safeName } from '../storage/safe-name.js';

export interface Download {
  readonly path: string;
  readonly name: string;
}

const KEPT = 64;

export class Downloads {
  private readonly offered = new Map<string, Download>();

  constructor(private readonly folder: PrivateFolder) {}

  /** Where to write what is then offered: a path of its own in the private folder. */
  async place(name: string): Promise<string> {
    return join(await this.folder.fresh(), safeName(name));
  }

  /** Takes over a file at a path from `place`. The id is what the browser fetches; old ones that nobody fetched go. */
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

  /** The file of this id, which is then used up. */
  take(id: string): Download | null {
    const download = this.offered.get(id) ?? null;
    this.offered.delete(id);
    return download;
  }

  /** After a download that broke off: it may be tried again. */
  giveBack(id: string, download: Download): void {
    this.offered.set(id, download);
  }

  /** After a download that arrived. */
  async discard({ path }: Download): Promise<void> {
    await rm(dirname(path), { recursive: true, force: true });
  }
}
