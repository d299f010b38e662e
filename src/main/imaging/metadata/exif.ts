/**
 * Adapts EXIF blocks to an upright, restored photo. Changes a sound block in place, because makers'
 * notes hold offsets from its start; rebuilds a hostile one from its readable parts.
 */
import {
  IfdError,
  TAG,
  inOrder,
  readHeader,
  readTree,
  rationalEntry,
  readerOf,
  shortEntry,
  sizeOf,
  view,
  writeIfd,
  type Ifd,
  type IfdTree,
} from './ifd.js';
import { ReadBudget } from './read-budget.js';

const PREFIX = 'Exif\0\0';
const SIZE_TAGS: Readonly<Record<number, 'width' | 'height'>> = {
  256: 'width',
  257: 'height',
  40962: 'width',
  40963: 'height',
};

/** Tags of a TIFF file's first directory that describe the photo, not how its pixels are stored. */
const DESCRIPTIVE: ReadonlySet<number> = new Set([
  269,
  270,
  271,
  272,
  282,
  283,
  285,
  296,
  305,
  306,
  315,
  316,
  318,
  319,
  529,
  531,
  532,
  18246,
  18249,
  33432,
  40091,
  40092,
  40093,
  40094,
  40095,
  50708,
  TAG.exif,
  TAG.gps,
  TAG.interop,
]);
const RESOLUTION: ReadonlySet<number> = new Set([282, 283, 296]);

export function isDescriptive(tag: number): boolean {
  return DESCRIPTIVE.has(tag);
}

/** Strips the prefix "Exif\0\0" of JPEG, which not all readers remove. */
export function withoutPrefix(exif: Uint8Array): Uint8Array {
  const head = Buffer.from(exif.subarray(0, 6)).toString('latin1');
  return head === PREFIX ? exif.subarray(6) : exif;
}

interface Upright {
  readonly width: number;
  readonly height: number;
  readonly keepGps: boolean;
}

/**
 * Returns a copy with orientation 1, the photo's sizes, no embedded thumbnail (it would stay
 * blurred) and, unless kept, no position. Throws `IfdError` or `RangeError` on damage.
 */
export function uprightExif(source: Uint8Array, photo: Upright): Uint8Array {
  // Not `slice`, which does not copy a Buffer.
  const bytes = new Uint8Array(source);
  const read = readerOf(bytes);
  const { littleEndian: le, offset } = readHeader(read);
  const data = view(bytes);
  const count = entryCount(data, offset, le);
  let end = bytes.length;

  const nextAt = offset + 2 + count * 12;
  const next = nextAt + 4 <= bytes.length ? data.getUint32(nextAt, le) : 0;
  if (next !== 0) {
    end = eraseThumbnail(bytes, next, le);
    data.setUint32(nextAt, 0, le);
  }
  const exifAt = pointerOf(data, offset, count, TAG.exif, le);
  patchNumbers(data, offset, count, photo, le);
  if (exifAt !== null) patchNumbers(data, exifAt, entryCount(data, exifAt, le), photo, le);
  if (!photo.keepGps) removeGps(bytes, offset, count, le);
  return bytes.subarray(0, end);
}

function entryCount(data: DataView, offset: number, le: boolean): number {
  if (offset + 2 > data.byteLength) throw new IfdError('directory outside the data');
  const count = data.getUint16(offset, le);
  if (offset + 2 + count * 12 > data.byteLength) throw new IfdError('directory outside the data');
  return count;
}

function pointerOf(
  data: DataView,
  offset: number,
  count: number,
  tag: number,
  le: boolean,
): number | null {
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + i * 12;
    if (data.getUint16(at, le) === tag) return data.getUint32(at + 8, le);
  }
  return null;
}

function patchNumbers(
  data: DataView,
  offset: number,
  count: number,
  photo: Upright,
  le: boolean,
): void {
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + i * 12;
    const tag = data.getUint16(at, le);
    const size = SIZE_TAGS[tag];
    const value = tag === TAG.orientation ? 1 : size === undefined ? null : photo[size];
    if (value === null) continue;
    if (data.getUint16(at + 2, le) === 4) data.setUint32(at + 8, value, le);
    else data.setUint16(at + 8, value, le);
  }
}

/** Overwrites the thumbnail and returns the block's new length: most thumbnails are at its end. */
function eraseThumbnail(bytes: Uint8Array, ifd: number, le: boolean): number {
  const data = view(bytes);
  if (ifd + 2 > bytes.length) return bytes.length;
  const count = Math.min(data.getUint16(ifd, le), Math.floor((bytes.length - ifd - 2) / 12));
  const start = pointerOf(data, ifd, count, TAG.thumbnailOffset, le);
  const length = pointerOf(data, ifd, count, TAG.thumbnailLength, le);
  if (start === null || length === null || start > bytes.length) return bytes.length;
  const stop = Math.min(bytes.length, start + length);
  bytes.fill(0, start, stop);
  return stop >= bytes.length - 1 ? start : bytes.length;
}

function removeGps(bytes: Uint8Array, offset: number, count: number, le: boolean): void {
  const data = view(bytes);
  const gps = pointerOf(data, offset, count, TAG.gps, le);
  if (gps === null) return;
  eraseDirectory(bytes, gps, le);
  const table = offset + 2;
  for (let i = 0; i < count; i++) {
    const at = table + i * 12;
    if (data.getUint16(at, le) !== TAG.gps) continue;
    // The entries after it and the pointer to the next directory close the gap.
    const stop = Math.min(bytes.length, table + count * 12 + 4);
    bytes.copyWithin(at, at + 12, stop);
    bytes.fill(0, stop - 12, stop);
    data.setUint16(offset, count - 1, le);
    return;
  }
}

function eraseDirectory(bytes: Uint8Array, offset: number, le: boolean): void {
  const data = view(bytes);
  const count = entryCount(data, offset, le);
  const ranges: [start: number, stop: number][] = [[offset, offset + 2 + count * 12 + 4]];
  for (let i = 0; i < count; i++) {
    const at = offset + 2 + i * 12;
    const size = sizeOf(data.getUint16(at + 2, le)) * data.getUint32(at + 4, le);
    const start = data.getUint32(at + 8, le);
    if (size > 4 && start < bytes.length) ranges.push([start, start + size]);
  }
  // Values may overlap; erasing each byte once bounds the work by the block's size.
  ranges.sort(([a], [b]) => a - b);
  let erased = 0;
  for (const [start, stop] of ranges) {
    const end = Math.min(bytes.length, stop);
    if (end > erased) bytes.fill(0, Math.max(start, erased), end);
    erased = Math.max(erased, end);
  }
}

/** Builds an EXIF block from a TIFF file's own directories; `null` if there is nothing to keep. */
export function exifFromTree(tree: IfdTree): Uint8Array | null {
  if (tree.root.entries.length === 0 && tree.root.subs.size === 0) return null;
  const le = tree.littleEndian;
  const head = new Uint8Array(8);
  const headView = view(head);
  headView.setUint16(0, le ? 0x4949 : 0x4d4d);
  headView.setUint16(2, 42, le);
  headView.setUint32(4, 8, le);
  const root = {
    ...tree.root,
    entries: [...tree.root.entries, shortEntry(TAG.orientation, 1, le)],
  };
  return Buffer.concat([head, writeIfd(root, 8, le)]);
}

/**
 * Reads the directories of an EXIF block for a TIFF file in the given byte order, without its
 * resolution if the file has a better one. Throws `IfdError` or `RangeError` on damage.
 */
export function treeForTiff(exif: Uint8Array, littleEndian: boolean, withResolution: boolean): Ifd {
  const wanted = (tag: number): boolean =>
    isDescriptive(tag) && (withResolution || !RESOLUTION.has(tag));
  const tree = readTree(readerOf(exif), new ReadBudget(exif.length), wanted);
  return inOrder(tree.root, tree.littleEndian, littleEndian);
}

/** Builds an EXIF block with only a resolution, for formats without another place for it. */
export function resolutionExif(density: number): Uint8Array | null {
  const entries = [
    rationalEntry(282, density, true),
    rationalEntry(283, density, true),
    shortEntry(296, 2, true),
  ];
  return exifFromTree({ littleEndian: true, root: { entries, subs: new Map(), next: 0 } });
}
