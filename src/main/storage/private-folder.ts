/** A temporary folder for uploads and downloads, removed at the end or by the next start. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { makeScratch, removeScratch, sweepScratch } from './scratch.js';
import { dataFolder } from './places.js';

export class PrivateFolder {
  private made: Promise<string> | null = null;
  private closed = false;

  /** `parent` is not the system's temporary folder, which is in memory on many systems. */
  constructor(private readonly parent = join(dataFolder(), 'transfers')) {}

  /** Creates a folder in it, of mode 0700. */
  async fresh(): Promise<string> {
    if (this.closed) throw new Error('The private folder is closed.');
    this.made ??= this.make();
    return mkdtemp(join(await this.made, 'x-'));
  }

  /** Returns whether a path is in it. */
  holds(path: string): boolean {
    return path.startsWith(this.parent + sep);
  }

  /** Removes the folder and its content. */
  async close(): Promise<void> {
    this.closed = true;
    const made = await this.made?.catch(() => undefined);
    if (made !== undefined) await removeScratch(made);
  }

  private async make(): Promise<string> {
    await mkdir(this.parent, { recursive: true, mode: 0o700 });
    await sweepScratch(this.parent);
    return makeScratch(this.parent);
  }
}
