/** Remembers facts about files for as long as the files stay the same. */
import { stat } from 'node:fs/promises';

/** Device, inode, size and times of a file; differs after any write, rename over it or chmod. */
export type FileIdentity = string & { readonly __brand: 'FileIdentity' };

/** Returns the identity of the file that a path leads to. Throws what `stat` throws. */
export async function fileIdentity(path: string): Promise<FileIdentity> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(':') as FileIdentity;
}

export interface FileFact<T> {
  readonly identity: FileIdentity;
  readonly value: T;
}

/** Computes a value once per file and again only after the file has changed. */
export class FileCache<T> {
  private readonly facts = new Map<string, FileFact<Promise<T>>>();

  constructor(private readonly compute: (path: string) => Promise<T>) {}

  /** Rejects with the error of `compute` or `stat`; errors are not remembered. */
  async get(path: string): Promise<FileFact<T>> {
    // The identity is from before the computation: a change meanwhile shows at the next call.
    const identity = await fileIdentity(path);
    const known = this.facts.get(path);
    if (known?.identity === identity) return { identity, value: await known.value };
    const fact = { identity, value: this.compute(path) };
    this.facts.set(path, fact);
    try {
      return { identity, value: await fact.value };
    } catch (error) {
      if (this.facts.get(path) === fact) this.facts.delete(path);
      throw error;
    }
  }
}
