/**
 * Reads and writes trees of TIFF directories (IFDs), the structure of TIFF files and EXIF blocks.
 * Knows only the tags that point to another directory.
 */
import { ReadBudget } from './read-budget.js';

export interface IfdEntry {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  /** Value in the byte order of its source file. */
  readonly data: Uint8Array;
}

export interface Ifd {
  readonly entries: readonly IfdEntry[];
  readonly subs: ReadonlyMap<number, Ifd>;
  /** Offset of the next directory; `0` = this is the last. */
  readonly next: number;
}

export interface IfdTree {
  readonly littleEndian: boolean;
  readonly root: Ifd;
}

type ReadAt = (offset: number, length: number) => Uint8Array;

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
/** Bytes per number, for swapping the byte order; a rational consists of two 4-byte numbers. */
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
const MAX_DEPTH = 3;

export class IfdError extends Error {}

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Returns the size of one value of a type in bytes; `0` for an unknown type. */
export function sizeOf(type: number): number {
  return TYPE_SIZE[type] ?? 0;
}

/** Returns byte order and offset of the first directory. Throws `IfdError` unless classic TIFF. */
export function readHeader(read: ReadAt): { littleEndian: boolean; offset: number } {
  const head = view(read(0, 8));
  const mark = head.getUint16(0);
  if (mark !== 0x4949 && mark !== 0x4d4d) throw new IfdError('not a TIFF structure');
  const littleEndian = mark === 0x4949;
  if (head.getUint16(2, littleEndian) !== 42) throw new IfdError('not a classic TIFF structure');
  return { littleEndian, offset: head.getUint32(4, littleEndian) };
}

/**
 * Reads the first directory and those it points to. Skips values of unwanted tags and those beyond
 * the budget (see `budget.problem`).
 */
export function readTree(
  read: ReadAt,
  budget: ReadBudget,
  wanted: (tag: number) => boolean = () => true,
): IfdTree {
  const { littleEndian, offset } = readHeader(read);
  budget.visit(offset);
  return { littleEndian, root: new TreeReader(read, budget, littleEndian, wanted).ifd(offset, 0) };
}

interface RawEntry extends Omit<IfdEntry, 'data'> {
  /** Length of the value in bytes; `0` = unknown type. */
  readonly size: number;
  /** The last four bytes of the entry: a short value, or the offset of a long one. */
  readonly field: Uint8Array;
}

class TreeReader {
  constructor(
    private readonly read: ReadAt,
    private readonly budget: ReadBudget,
    private readonly littleEndian: boolean,
    private readonly wanted: (tag: number) => boolean,
  ) {}

  /** Throws `IfdError` if the table is outside the data or exceeds the budget. */
  ifd(offset: number, depth: number): Ifd {
    const le = this.littleEndian;
    const count = view(this.read(offset, 2)).getUint16(0, le);
    if (!this.budget.takeEntries(count)) throw new IfdError('too many entries');
    const table = this.read(offset + 2, count * 12 + 4);
    const entries: IfdEntry[] = [];
    const subs = new Map<number, Ifd>();
    for (let i = 0; i < count; i++) {
      const raw = this.entry(table.subarray(i * 12, i * 12 + 12));
      if (raw.size === 0 || !(depth > 0 || this.wanted(raw.tag))) continue;
      try {
        if (SUB_IFDS.includes(raw.tag)) this.sub(raw, subs, depth);
        else this.value(raw, entries);
      } catch (error) {
        // One entry that points outside the data must not lose the others.
        if (!(error instanceof IfdError)) throw error;
      }
    }
    return { entries, subs, next: view(table).getUint32(count * 12, le) };
  }

  private entry(bytes: Uint8Array): RawEntry {
    const le = this.littleEndian;
    const fields = view(bytes);
    const type = fields.getUint16(2, le);
    const count = fields.getUint32(4, le);
    const size = sizeOf(type) * count;
    return { tag: fields.getUint16(0, le), type, count, size, field: bytes.subarray(8) };
  }

  /** Follows the first pointer of each kind; only a damaged or hostile file has several. */
  private sub({ tag, field }: RawEntry, subs: Map<number, Ifd>, depth: number): void {
    const offset = view(field).getUint32(0, this.littleEndian);
    if (!this.budget.visit(offset)) return;
    if (subs.has(tag) || depth === MAX_DEPTH) {
      this.budget.refuse('many-entries');
      return;
    }
    subs.set(tag, this.ifd(offset, depth + 1));
  }

  private value({ size, field, ...entry }: RawEntry, entries: IfdEntry[]): void {
    if (size <= 4) {
      entries.push({ ...entry, data: field.slice(0, size) });
      return;
    }
    const offset = view(field).getUint32(0, this.littleEndian);
    // Only existing values count towards the budget.
    if (offset + size > this.budget.size) throw new IfdError('value outside the data');
    if (!this.budget.takeBytes(size)) return;
    entries.push({ ...entry, data: this.read(offset, size) });
  }
}

/** Returns a reader over bytes without a copy; it throws `IfdError` past their end. */
export function readerOf(bytes: Uint8Array): ReadAt {
  return (offset, length) => {
    if (offset < 0 || offset + length > bytes.length) throw new IfdError('offset outside the data');
    return bytes.subarray(offset, offset + length);
  };
}

/** Returns a copy of an entry in the other byte order. */
export function swapped(entry: IfdEntry): IfdEntry {
  const unit = SWAP_UNIT[entry.type];
  if (unit === undefined) return entry;
  const data = entry.data.slice();
  for (let i = 0; i + unit <= data.length; i += unit) data.subarray(i, i + unit).reverse();
  return { ...entry, data };
}

/** Converts a directory from one byte order to another (`true` = little-endian). */
export function inOrder(ifd: Ifd, from: boolean, to: boolean): Ifd {
  if (from === to) return ifd;
  return {
    entries: ifd.entries.map(swapped),
    subs: new Map([...ifd.subs].map(([tag, sub]) => [tag, inOrder(sub, from, to)])),
    next: ifd.next,
  };
}

/** Serialises a directory and everything it points to, for the offset `base`. */
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
