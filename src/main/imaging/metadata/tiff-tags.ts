/** Appends a new first directory to a TIFF file, with the encoder's entries and the metadata. */
import type { FileHandle } from 'node:fs/promises';
import { treeForTiff } from './exif.js';
import { readExactly } from '../../storage/file-copy.js';
import {
  IfdError,
  bytesEntry,
  rationalEntry,
  shortEntry,
  view,
  writeIfd,
  type Ifd,
  type IfdEntry,
} from './ifd.js';
import { iptcRecord } from './photoshop.js';
import type { SpliceContext } from '../types.js';

const T = {
  xResolution: 282,
  yResolution: 283,
  unit: 296,
  xmp: 700,
  iptc: 33723,
  photoshop: 34377,
  icc: 34675,
} as const;

const UNIT = { none: 1, inch: 2 } as const;

export async function appendTiffTags(file: FileHandle, context: SpliceContext): Promise<void> {
  const { littleEndian: le, offset } = headerOf(await readExactly(file, 0, 8));
  const count = view(await readExactly(file, offset, 2)).getUint16(0, le);
  const table = await readExactly(file, offset + 2, count * 12 + 4);
  const added = addedBy(context, le);
  const replaced = new Set(added.entries.map((entry) => entry.tag));
  const kept = rawEntries(table, count, le).filter((entry) => !replaced.has(entry.tag));
  const { size } = await file.stat();
  const base = size + (size % 2);
  const directory = mergeRaw(added, kept, base, le);
  await file.write(directory, 0, directory.length, base);
  const pointer = new Uint8Array(4);
  view(pointer).setUint32(0, base, le);
  await file.write(pointer, 0, 4, 4);
}

function headerOf(head: Uint8Array): { littleEndian: boolean; offset: number } {
  const littleEndian = view(head).getUint16(0) === 0x4949;
  return { littleEndian, offset: view(head).getUint32(4, littleEndian) };
}

interface RawEntry {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Returns the encoder's entries unchanged: their values keep their places in the file. */
function rawEntries(table: Uint8Array, count: number, le: boolean): RawEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const bytes = table.subarray(i * 12, i * 12 + 12);
    return { tag: view(bytes).getUint16(0, le), bytes };
  });
}

function addedBy(context: SpliceContext, le: boolean): Ifd {
  const { icc, xmp, iptc, density } = context.metadata;
  const tree = exifTree(context, le);
  const entries: IfdEntry[] = [...tree.entries];
  // The encoder always writes a resolution; an unknown one gets the unit "none".
  if (!entries.some(({ tag }) => tag === T.xResolution)) {
    entries.push(rationalEntry(T.xResolution, density ?? 1, le));
    entries.push(rationalEntry(T.yResolution, density ?? 1, le));
    entries.push(shortEntry(T.unit, density === null ? UNIT.none : UNIT.inch, le));
  }
  if (icc !== null) entries.push(bytesEntry(T.icc, 7, icc));
  if (xmp !== null) entries.push(bytesEntry(T.xmp, 1, xmp));
  if (iptc !== null && iptc.length > 0) {
    entries.push(bytesEntry(T.photoshop, 1, iptc));
    const record = iptcRecord(iptc);
    if (record !== null) entries.push(bytesEntry(T.iptc, 7, record));
  }
  return { ...tree, entries };
}

function exifTree({ metadata: { exif, density }, warn }: SpliceContext, le: boolean): Ifd {
  const none = { entries: [], subs: new Map<number, Ifd>(), next: 0 };
  if (exif === null) return none;
  try {
    return treeForTiff(exif, le, density === null);
  } catch (error) {
    if (!(error instanceof IfdError || error instanceof RangeError)) throw error;
    warn({ code: 'metadata-damaged', params: { reason: 'exif' } });
    return none;
  }
}

/** Serialises the added entries with room for the raw ones, then copies their 12 bytes each. */
function mergeRaw(added: Ifd, kept: readonly RawEntry[], base: number, le: boolean): Uint8Array {
  const blanks = kept.map(({ tag }) => ({ tag, type: 1, count: 0, data: new Uint8Array(0) }));
  const out = writeIfd({ ...added, entries: [...added.entries, ...blanks] }, base, le);
  const data = view(out);
  const total = data.getUint16(0, le);
  for (let i = 0; i < total; i++) {
    const at = 2 + i * 12;
    const raw = kept.find(({ tag }) => tag === data.getUint16(at, le));
    if (raw !== undefined) out.set(raw.bytes, at);
  }
  return out;
}
