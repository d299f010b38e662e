/** Reads TIFF directories from a file, without loading the file. */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegularFileSync } from '../../storage/regular-file.js';
import { IfdError, readTree, type IfdTree } from './ifd.js';
import { ReadBudget, type MetadataProblem } from './read-budget.js';

interface FileTree extends IfdTree {
  /** Reason why a part was left out; `null` = complete. */
  readonly problem: MetadataProblem | null;
}

/** Returns `null` if the structure is damaged or not a classic TIFF. */
export function readFileTree(path: string, wanted: (tag: number) => boolean): FileTree | null {
  const file = openRegularFileSync(path);
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number): Uint8Array => {
      if (offset < 0 || offset + length > size) throw new IfdError('offset outside the file');
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    };
    const budget = new ReadBudget(size);
    const tree = readTree(read, budget, wanted);
    return { ...tree, problem: budget.problem };
  } catch (error) {
    if (error instanceof IfdError) return null;
    throw error;
  } finally {
    closeSync(file);
  }
}

const T = { subfile: 254, photometric: 262, subIfds: 330, dngVersion: 50706 } as const;
const COLOR_FILTER_ARRAY = 32803;
const REDUCED = 1;

/**
 * Returns whether a TIFF is a camera's RAW file. Most RAW formats are TIFFs whose first picture is
 * a small preview, and a restored preview would pass for the restored photo.
 */
export function isRawTiff(path: string): boolean {
  const wanted: readonly number[] = Object.values(T);
  const tree = readFileTree(path, (tag) => wanted.includes(tag));
  if (tree === null) return false;
  const value = (tag: number): number | undefined => {
    const entry = tree.root.entries.find((candidate) => candidate.tag === tag);
    if (entry === undefined) return undefined;
    const bytes = Buffer.from(entry.data);
    const size = Math.min(bytes.length, 4);
    return tree.littleEndian ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size);
  };
  const preview = ((value(T.subfile) ?? 0) & REDUCED) !== 0 && value(T.subIfds) !== undefined;
  return (
    value(T.dngVersion) !== undefined || value(T.photometric) === COLOR_FILTER_ARRAY || preview
  );
}
