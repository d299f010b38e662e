/**
 * An append-only file of arrays with JSON headers that survives the process. A record that was cut
 * off during its write is recognised and dropped.
 *
 * Record: [magic, header bytes, data bytes, crc32 of those lengths and the header] as uint32 LE,
 * the header, the layers. The first record carries a signature; opening the file with another
 * signature empties it.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { UnsmearError } from '../../shared/core/errors.js';

const MAGIC = 0x554e534d;
const PREFIX = 16;

/** One array of a record. */
export interface LayerInfo {
  readonly name: string;
  readonly type: 'int16' | 'float32';
  readonly shape: readonly number[];
}

export interface Layer extends LayerInfo {
  readonly data: Int16Array | Float32Array;
}

/** Fields that every record's header has. */
interface WithLayers {
  readonly layers: readonly LayerInfo[];
}

/** A record and the offset of its data. */
export interface Stored<T extends WithLayers> {
  readonly record: T;
  readonly offset: number;
}

export class RecordLog<T extends WithLayers> {
  private end = 0;

  private constructor(private readonly file: number) {}

  /** Opens or creates the file. Returns its records, oldest first, if the signature matches. */
  static open<T extends WithLayers>(
    path: string,
    signature: string,
    found: (stored: Stored<T>) => void,
  ): RecordLog<T> {
    const log = new RecordLog<T>(openSync(path, 'a+', 0o600));
    log.scan(signature, found);
    return log;
  }

  add(fields: Omit<T, 'layers'>, layers: readonly Layer[]): Stored<T> {
    const infos = layers.map(({ name, type, shape }) => ({ name, type, shape }));
    const record = { ...fields, layers: infos } as unknown as T;
    const data = Buffer.concat(
      layers.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    );
    return { record, offset: this.append(Buffer.from(JSON.stringify(record)), data) };
  }

  /** Reads a layer; `undefined` if the record has none of this name. */
  read({ record, offset }: Stored<T>, name: string): Layer | undefined {
    let at = offset;
    for (const info of record.layers) {
      const bytes = layerBytes(info);
      if (info.name === name) return { ...info, data: this.readArray(info, at, bytes) };
      at += bytes;
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

  /** Appends a record and returns the offset of its data. If the disk is full, appends nothing. */
  private append(header: Buffer, data: Buffer): number {
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32LE(MAGIC, 0);
    prefix.writeUInt32LE(header.length, 4);
    prefix.writeUInt32LE(data.length, 8);
    prefix.writeUInt32LE(checksum(prefix, header), 12);
    try {
      for (const part of [prefix, header, data]) writeFully(this.file, part);
    } catch (error) {
      ftruncateSync(this.file, this.end);
      throw error;
    }
    const start = this.end + PREFIX + header.length;
    this.end = start + data.length;
    return start;
  }

  private scan(signature: string, found: (stored: Stored<T>) => void): void {
    let first = true;
    const { size } = fstatSync(this.file);
    for (;;) {
      const next = this.readHeader(this.end, size);
      if (!next) break;
      if (first && next.header !== signature) break;
      if (!first) found({ record: JSON.parse(next.header) as T, offset: next.data });
      first = false;
      this.end = next.next;
    }
    // The rest belongs to another signature or was cut off during its write.
    ftruncateSync(this.file, this.end);
    if (first) this.append(Buffer.from(signature), Buffer.alloc(0));
  }

  /**
   * Does not read a record's data, which may be gigabytes. Data within the file's length is whole:
   * records are appended in order, and files do not survive a restart of the system.
   */
  private readHeader(
    at: number,
    size: number,
  ): { header: string; data: number; next: number } | undefined {
    const prefix = Buffer.alloc(PREFIX);
    if (!this.tryRead(prefix, at) || prefix.readUInt32LE(0) !== MAGIC) return undefined;
    const data = at + PREFIX + prefix.readUInt32LE(4);
    const next = data + prefix.readUInt32LE(8);
    if (next > size) return undefined;
    const header = Buffer.alloc(prefix.readUInt32LE(4));
    if (!this.tryRead(header, at + PREFIX)) return undefined;
    if (checksum(prefix, header) !== prefix.readUInt32LE(12)) return undefined;
    return { header: header.toString('utf8'), data, next };
  }

  private readFully(into: Uint8Array, offset: number): void {
    if (!this.tryRead(into, offset)) {
      throw new UnsmearError('internal', {
        reason: 'unexpected',
        details: 'The scratch file of this photo is cut off.',
      });
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

/** Returns the checksum of the lengths and the header. */
function checksum(prefix: Buffer, header: Buffer): number {
  return crc32(header, crc32(prefix.subarray(0, 12)));
}

function writeFully(file: number, data: Buffer): void {
  let done = 0;
  while (done < data.length) done += writeSync(file, data, done);
}

function layerBytes(info: LayerInfo): number {
  const count = info.shape.reduce((product, side) => product * side, 1);
  return count * (info.type === 'int16' ? 2 : 4);
}
