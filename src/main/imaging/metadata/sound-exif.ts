/**
 * Guards against EXIF blocks that are made to keep a reader busy. The loaders behind sharp parse
 * EXIF in quadratic time and cannot be stopped, so a hostile block is replaced before they see it.
 */
import { closeSync, fstatSync, readSync } from 'node:fs';
import { openRegularFileSync } from '../../storage/regular-file.js';
import { exifBlocks, type ExifBlock } from './exif-place.js';
import { exifFromTree, isDescriptive, withoutPrefix } from './exif.js';
import {
  IfdError,
  TAG,
  readTree,
  readerOf,
  writeIfd,
  view,
  type Ifd,
  type IfdTree,
} from './ifd.js';
import { ReadBudget, type MetadataProblem } from './read-budget.js';
import { chunk } from './png-chunks.js';
import type { SourceFormat } from '../types.js';

export interface SoundExif {
  /** Block without prefix, as the file has it or rebuilt; `null` = there is none. */
  readonly block: Uint8Array | null;
  /** Why some of it was left out; `null` = all was kept. */
  readonly problem: MetadataProblem | null;
}

export const NO_EXIF: SoundExif = { block: null, problem: null };

/** Returns a sound or merely damaged block unchanged, else a new one from its readable part. */
export function soundExif(exif: Uint8Array): SoundExif {
  const block = withoutPrefix(exif);
  const budget = new ReadBudget(block.length);
  try {
    const tree = readTree(readerOf(block), budget, isDescriptive);
    if (budget.problem === null) return { block, problem: null };
    return { block: exifFromTree(tree), problem: budget.problem };
  } catch (error) {
    if (!(error instanceof IfdError || error instanceof RangeError)) throw error;
    return { block: budget.problem === null ? block : null, problem: budget.problem };
  }
}

/** Input for sharp in place of a photo's path. */
interface SharpInput {
  /** The photo's path, or its content with a harmless EXIF block. */
  readonly input: string | Buffer;
  /** The block that was replaced; `null` = the file is read as it is. */
  readonly replaced: SoundExif | null;
}

/** Largest file that is copied into memory; the EXIF of larger ones costs sharp a few seconds. */
const MAX_COPIED_BYTES = 256 << 20;

/** Returns the photo's path, or a copy in memory if its EXIF block (JPEG, PNG, WebP) is hostile. */
export function sharpInput(path: string, format: SourceFormat): SharpInput {
  if (format !== 'jpeg' && format !== 'png' && format !== 'webp') {
    return { input: path, replaced: null };
  }
  const file = openRegularFileSync(path);
  try {
    const { size } = fstatSync(file);
    const read = (offset: number, length: number): Buffer => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - offset)));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
    };
    const hostile = exifBlocks(read, format).flatMap((place) => {
      const exif = soundExif(read(place.offset, place.length));
      return exif.problem === null ? [] : [{ place, exif }];
    });
    const [first] = hostile;
    if (first === undefined || size > MAX_COPIED_BYTES) return { input: path, replaced: null };
    const input = read(0, size);
    for (const { place } of hostile) replaceBlock(input, place);
    return { input, replaced: first.exif };
  } finally {
    closeSync(file);
  }
}

/** Overwrites a block in place with one of the same length that holds the orientation only. */
function replaceBlock(file: Buffer, { offset, length, kind }: ExifBlock): void {
  const whole = file.subarray(offset, offset + length);
  const start = length - withoutPrefix(whole).length;
  const block = whole.subarray(start);
  const harmless = orientationOnly(block);
  block.fill(0);
  if (harmless !== null && harmless.length <= block.length) block.set(harmless);
  if (kind === 'png') chunk('eXIf', Buffer.from(whole)).copy(file, offset - 8);
}

function orientationOnly(block: Uint8Array): Uint8Array | null {
  try {
    const wanted = (tag: number): boolean => tag === TAG.orientation;
    const tree = readTree(readerOf(block), new ReadBudget(block.length), wanted);
    return blockOf(tree);
  } catch (error) {
    if (error instanceof IfdError || error instanceof RangeError) return null;
    throw error;
  }
}

function blockOf({ littleEndian: le, root }: IfdTree): Uint8Array {
  const first = root.entries.slice(0, 1);
  const only: Ifd = { entries: first, subs: new Map(), next: 0 };
  const head = new Uint8Array(8);
  view(head).setUint16(0, le ? 0x4949 : 0x4d4d);
  view(head).setUint16(2, 42, le);
  view(head).setUint32(4, 8, le);
  return Buffer.concat([head, writeIfd(only, 8, le)]);
}
