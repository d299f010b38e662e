/**
 * TIFF directories (IFDs), the structure of TIFF files and of EXIF blocks. Reads a tree, writes a
 * tree; knows nothing of what the tags mean beyond which of them point to a directory.
 */
export interface IfdEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** The value in the byte order of the file it came from. */
  readonly data: Uint8Array;
}

export interface Ifd {
  readonly entries: readonly IfdEntry[];
  readonly subs: ReadonlyMap<number, Ifd>;
  /** Offset of the next directory, 0 when it is the last. */
  readonly next: number;
}

export interface IfdTree {
  readonly littleEndian: boolean;
  readonly root: Ifd;
}

export type ReadAt = (offset: number, length: number) => Uint8Array;

export const TAG = {
  orientation: 274,
  exif: 34665,
  gps: 34853,
  interop: 40965,
  thumbnailOffset: 513,
  thumbnailLength: 514,
} as const;

const SUB_IFDS: readonly number[] = [TAG.exif, TAG.gps, TAG.interop];
const TYPE_SIZE: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
};
/** Bytes that move together when the byte order changes: a rational is two 4-byte numbers. */
const SWAP_UNIT: Readonly<Record<number, number>> = {
  3: 2,
  4: 4,
  5: 4,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 8,
  13: 4,
};
const MAX_ENTRIES = 2000;
const MAX_VALUE = 64 << 20;

export class IfdError extends Error {}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Byte order and offset of the first directory. */
export function readHeader(read: ReadAt): { littleEndian: boolean; offset: number } {
  const head = view(read(0, 8));
  const mark = head.getUint16(0);
  if (mark !== 0x4949 && mark !== 0x4d4d) throw new IfdError('not a TIFF structure');
  const littleEndian = mark === 0x4949;
  if (head.getUint16(2, littleEndian) !== 42) throw new IfdError('not a classic TIFF structure');
  return { littleEndian, offset: head.getUint32(4, littleEndian) };
}

/** Reads the first directory with the directories it points to; values of unwanted tags are not read. */
export function readTree(read: ReadAt, wanted: (tag: number) => boolean = () => true): IfdTree {
  const { littleEndian, offset } = readHeader(read);
  return { littleEndian, root: readIfd(read, offset, littleEndian, wanted, 0) };
}

function readIfd(
  read: ReadAt,
  offset: number,
  le: boolean,
  wanted: (tag: number) => boolean,
  depth: number,
): Ifd {
  if (depth > 3) throw new IfdError('directories nested too deep');
  const count = view(read(offset, 2)).getUint16(0, le);
  if (count > MAX_ENTRIES) throw new IfdError('directory too long');
  const table = read(offset + 2, count * 12 + 4);
  const tableView = view(table);
  const entries: IfdEntry[] = [];
  const subs = new Map<number, Ifd>();
  for (let i = 0; i < count; i++) {
    const at = i * 12;
    const tag = tableView.getUint16(at, le);
    const type = tableView.getUint16(at + 2, le);
    const valueCount = tableView.getUint32(at + 4, le);
    const size = (TYPE_SIZE[type] ?? 0) * valueCount;
    if (size === 0 || size > MAX_VALUE || !(depth > 0 || wanted(tag))) continue;
    const pointer = size > 4 || SUB_IFDS.includes(tag) ? tableView.getUint32(at + 8, le) : 0;
    try {
      if (SUB_IFDS.includes(tag)) subs.set(tag, readIfd(read, pointer, le, wanted, depth + 1));
      else {
        const data = size <= 4 ? table.slice(at + 8, at + 8 + size) : read(pointer, size).slice();
        entries.push({ tag, type, count: valueCount, data });
      }
    } catch (error) {
      // One value that points nowhere must not cost the others.
      if (!(error instanceof IfdError)) throw error;
    }
  }
  return { entries, subs, next: tableView.getUint32(count * 12, le) };
}

/** A reader over bytes in memory that refuses to read past their end. */
export function readerOf(bytes: Uint8Array): ReadAt {
  return (offset, length) => {
    if (offset < 0 || offset + length > bytes.length) throw new IfdError('offset outside the data');
    return bytes.subarray(offset, offset + length);
  };
}

/** Values turned into the other byte order. */
export function swapped(entry: IfdEntry): IfdEntry {
  const unit = SWAP_UNIT[entry.type];
  if (unit === undefined) return entry;
  const data = entry.data.slice();
  for (let i = 0; i + unit <= data.length; i += unit) data.subarray(i, i + unit).reverse();
  return { ...entry, data };
}

export function inOrder(ifd: Ifd, from: boolean, to: boolean): Ifd {
  if (from === to) return ifd;
  return {
    entries: ifd.entries.map(swapped),
    subs: new Map([...ifd.subs].map(([tag, sub]) => [tag, inOrder(sub, from, to)])),
    next: ifd.next,
  };
}

/** One directory with everything it points to, as bytes that will stand at `base`. */
export function writeIfd(ifd: Ifd, base: number, littleEndian: boolean, next = 0): Uint8Array {
  const pointers = [...ifd.subs.keys()].map((tag) => ({
    tag,
    type: 4,
    count: 1,
    data: new Uint8Array(4),
  }));
  const entries = [...ifd.entries, ...pointers].sort((a, b) => a.tag - b.tag);
  const table = new Uint8Array(2 + entries.length * 12 + 4);
  const tableView = view(table);
  const parts: Uint8Array[] = [table];
  let end = table.length;
  const append = (bytes: Uint8Array): number => {
    const at = base + end;
    parts.push(bytes);
    end += bytes.length;
    if (end % 2 === 1) {
      parts.push(new Uint8Array(1));
      end += 1;
    }
    return at;
  };
  tableView.setUint16(0, entries.length, littleEndian);
  entries.forEach((entry, i) => {
    const at = 2 + i * 12;
    tableView.setUint16(at, entry.tag, littleEndian);
    tableView.setUint16(at + 2, entry.type, littleEndian);
    tableView.setUint32(at + 4, entry.count, littleEndian);
    const sub = ifd.subs.get(entry.tag);
    if (sub !== undefined) {
      tableView.setUint32(at + 8, append(writeIfd(sub, base + end, littleEndian)), littleEndian);
    } else if (entry.data.length <= 4) {
      table.set(entry.data, at + 8);
    } else {
      tableView.setUint32(at + 8, append(entry.data), littleEndian);
    }
  });
  tableView.setUint32(2 + entries.length * 12, next, littleEndian);
  return Buffer.concat(parts);
}

export function shortEntry(tag: number, value: number, littleEndian: boolean): IfdEntry {
  const data = new Uint8Array(2);
  view(data).setUint16(0, value, littleEndian);
  return { tag, type: 3, count: 1, data };
}

export function rationalEntry(tag: number, value: number, littleEndian: boolean): IfdEntry {
  const data = new Uint8Array(8);
  view(data).setUint32(0, Math.round(value * 1000), littleEndian);
  view(data).setUint32(4, 1000, littleEndian);
  return { tag, type: 5, count: 1, data };
}

export function bytesEntry(tag: number, type: 1 | 7, data: Uint8Array): IfdEntry {
  return { tag, type, count: data.length, data };
}
