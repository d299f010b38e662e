/**
 * The finished tiles of one photo, on disk in a private folder. A crash of the engine costs the tile
 * in flight and no other, and the photo's memory does not hold residuals: composing reads them back
 * band by band.
 *
 * File: records of [magic, header bytes, data bytes, crc32] as uint32 LE, a JSON header, the layers.
 * The first record carries the plan's signature; a journal of another plan is emptied.
 */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UnsmearError } from '../../shared/errors.js';
import type { SkipReason } from '../../shared/restore.js';

const MAGIC = 0x554e534d;
const PREFIX = 16;

/** One array of a tile. `residual` is interleaved int16, maps are float32 [channels, h, w]. */
export interface LayerInfo {
  /** `residual` is the final one, `stageN` the residual after stage N, else a map's name. */
  readonly name: string;
  readonly type: 'int16' | 'float32';
  readonly shape: readonly number[];
}

export interface TileRecord {
  readonly tile: number;
  readonly skipped: SkipReason | null;
  /** Milliseconds in `session.run` by stage; shorter when later stages were not needed. */
  readonly stageMs: readonly number[];
  readonly warnings: readonly string[];
  readonly layers: readonly LayerInfo[];
}

export interface Layer extends LayerInfo {
  readonly data: Int16Array | Float32Array;
}

interface Stored {
  readonly record: TileRecord;
  readonly offset: number;
}

export class Journal {
  private readonly stored = new Map<number, Stored>();
  private end = 0;

  private constructor(private readonly file: number) {}

  /** Opens or makes the journal in `folder`; keeps finished tiles when `signature` matches. */
  static open(folder: string, signature: string): Journal {
    const journal = new Journal(openSync(join(folder, 'tiles.bin'), 'a+', 0o600));
    journal.scan(signature);
    return journal;
  }

  get(tile: number): TileRecord | undefined {
    return this.stored.get(tile)?.record;
  }

  records(): TileRecord[] {
    return [...this.stored.values()].map((entry) => entry.record);
  }

  add(record: Omit<TileRecord, 'layers'>, layers: readonly Layer[]): void {
    const infos = layers.map(({ name, type, shape }) => ({ name, type, shape }));
    const full: TileRecord = { ...record, layers: infos };
    const data = Buffer.concat(
      layers.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    );
    const start = this.append(Buffer.from(JSON.stringify(full)), data);
    this.stored.set(record.tile, { record: full, offset: start });
  }

  has(tile: number, name: string): boolean {
    return this.get(tile)?.layers.some((layer) => layer.name === name) ?? false;
  }

  /** Reads one layer of a tile back, or undefined when the tile has none by this name. */
  read(tile: number, name: string): Layer | undefined {
    const entry = this.stored.get(tile);
    if (!entry) return undefined;
    let offset = entry.offset;
    for (const info of entry.record.layers) {
      const bytes = layerBytes(info);
      if (info.name === name) return { ...info, data: this.readArray(info, offset, bytes) };
      offset += bytes;
    }
    return undefined;
  }

  close(): void {
    closeSync(this.file);
  }

  private readArray(info: LayerInfo, offset: number, bytes: number): Int16Array | Float32Array {
    const buffer = new ArrayBuffer(bytes);
    this.readFully(new Uint8Array(buffer), offset);
    return info.type === 'int16' ? new Int16Array(buffer) : new Float32Array(buffer);
  }

  /** Appends a record and returns where its data begins. */
  private append(header: Buffer, data: Buffer): number {
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32LE(MAGIC, 0);
    prefix.writeUInt32LE(header.length, 4);
    prefix.writeUInt32LE(data.length, 8);
    prefix.writeUInt32LE(crc32(data, crc32(header)), 12);
    for (const part of [prefix, header, data]) writeFully(this.file, part);
    const start = this.end + PREFIX + header.length;
    this.end = start + data.length;
    return start;
  }

  private scan(signature: string): void {
    let first = true;
    for (;;) {
      const found = this.readRecord(this.end);
      if (!found) break;
      if (first && found.header !== signature) break;
      if (!first) {
        const record = JSON.parse(found.header) as TileRecord;
        this.stored.set(record.tile, { record, offset: found.data });
      }
      first = false;
      this.end = found.next;
    }
    // Whatever follows is another plan's, or was cut off in the middle of a write.
    ftruncateSync(this.file, this.end);
    if (first) this.append(Buffer.from(signature), Buffer.alloc(0));
  }

  private readRecord(at: number): { header: string; data: number; next: number } | undefined {
    const prefix = Buffer.alloc(PREFIX);
    if (!this.tryRead(prefix, at) || prefix.readUInt32LE(0) !== MAGIC) return undefined;
    const headerLength = prefix.readUInt32LE(4);
    const body = Buffer.alloc(headerLength + prefix.readUInt32LE(8));
    if (!this.tryRead(body, at + PREFIX) || crc32(body) !== prefix.readUInt32LE(12)) {
      return undefined;
    }
    const data = at + PREFIX + headerLength;
    return {
      header: body.toString('utf8', 0, headerLength),
      data,
      next: at + PREFIX + body.length,
    };
  }

  private readFully(into: Uint8Array, offset: number): void {
    if (!this.tryRead(into, offset)) {
      throw new UnsmearError('internal', 'The scratch file of this photo is cut off.');
    }
  }

  private tryRead(into: Uint8Array, offset: number): boolean {
    let done = 0;
    while (done < into.length) {
      const read = readSync(this.file, into, done, into.length - done, offset + done);
      if (read === 0) return false;
      done += read;
    }
    return true;
  }
}

function writeFully(file: number, data: Buffer): void {
  let done = 0;
  while (done < data.length) done += writeSync(file, data, done);
}

function layerBytes(info: LayerInfo): number {
  const count = info.shape.reduce((product, side) => product * side, 1);
  return count * (info.type === 'int16' ? 2 : 4);
}
