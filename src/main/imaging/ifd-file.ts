/** TIFF directories read from a file, without reading the file. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { IfdError, readTree, type IfdTree } from './ifd.js';

/** null where the structure is damaged, or not a classic TIFF. */
export function readFileTree(path: string, wanted: (tag: number) => boolean): IfdTree | null {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number): Uint8Array => {
      if (offset < 0 || offset + length > size) throw new IfdError('offset outside the file');
      const bytes = new Uint8Array(length);
      readSync(file, bytes, 0, length, offset);
      return bytes;
    };
    return readTree(read, wanted);
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
 * Cameras' RAW files are mostly TIFFs whose first picture is a small preview: whatever such a file is
 * called, restoring the preview is not what anybody wants.
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
