/**
 * Folders for the finished tiles of photos, by file identity, so that a photo that is opened again
 * keeps its computed tiles. Folders of closed photos are kept up to a limit, least recently used
 * ones are removed first. All are removed at the end, or by the next start after a crash.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import { SerialQueue } from '../../shared/core/serial-queue.js';
import { makeScratch, removeScratch, sweepScratch } from './scratch.js';

/** A photo's folder, which exists until it is released. */
export interface Lease {
  readonly folder: string;
  release(): Promise<void>;
}

const MAX_KEPT = 4 * 2 ** 30;
const SHARE_OF_FREE = 0.1;

export class ScratchCache {
  private session: Promise<string> | null = null;
  /** Number of users by folder name, least recently used first. */
  private readonly users = new Map<string, number>();
  private readonly queue = new SerialQueue();

  constructor(
    private readonly root = tmpdir(),
    /** Maximum bytes of closed photos. */
    private readonly maxKept = MAX_KEPT,
  ) {}

  async lease(path: string): Promise<Lease> {
    const name = await identify(path);
    this.session ??= this.begin().catch((error: unknown) => {
      this.session = null;
      throw error;
    });
    const folder = join(await this.session, name);
    await this.queue.run(async () => {
      const users = this.users.get(name) ?? 0;
      this.users.delete(name);
      this.users.set(name, users + 1);
      await mkdir(folder, { recursive: true, mode: 0o700 });
    });
    let released: Promise<void> | null = null;
    return { folder, release: () => (released ??= this.queue.run(() => this.release(name))) };
  }

  /** Removes all folders. */
  async close(): Promise<void> {
    const session = this.session;
    this.session = null;
    await this.queue.settled();
    this.users.clear();
    if (session !== null) await removeScratch(await session);
  }

  private async begin(): Promise<string> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await sweepScratch(this.root);
    return makeScratch(this.root);
  }

  private async release(name: string): Promise<void> {
    const users = (this.users.get(name) ?? 1) - 1;
    this.users.delete(name);
    this.users.set(name, users);
    if (users === 0) await this.trim();
  }

  private async trim(): Promise<void> {
    if (this.session === null) return;
    const session = await this.session;
    const idle = [...this.users].flatMap(([name, users]) => (users === 0 ? [name] : []));
    const sizes = await Promise.all(idle.map((name) => folderBytes(join(session, name))));
    let kept = sizes.reduce((sum, bytes) => sum + bytes, 0);
    const { bavail, bsize } = await statfs(session);
    const limit = Math.min(this.maxKept, SHARE_OF_FREE * (bavail * bsize + kept));
    for (const [i, name] of idle.entries()) {
      if (kept <= limit) break;
      await removeScratch(join(session, name));
      this.users.delete(name);
      kept -= sizes[i]!;
    }
  }
}

/** Returns a name for a file and its content. Throws `file-missing`. */
async function identify(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    const identity = JSON.stringify([path, size, mtimeMs]);
    return createHash('sha256').update(identity).digest('hex').slice(0, 32);
  } catch (cause) {
    throw new UnsmearError('file-missing', { reason: 'photo', name: basename(path) }, { cause });
  }
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
