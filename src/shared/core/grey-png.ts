/**
 * Writes 8-bit grey PNG files row by row: a mask of a large photo never has to be in memory twice.
 */
import { Zlib } from 'fflate';

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
/** "The difference to the pixel above": masks are flat, most rows repeat. */
const FILTER_UP = 2;

/** CRC-32 (ISO 3309), a byte at a time. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, value) => {
  let crc = value;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

function chunk(type: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(12 + payload.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, payload.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(payload, 8);
  view.setUint32(8 + payload.length, crc32(out.subarray(4, 8 + payload.length)));
  return out;
}

/** Give it all rows from the top down, then ask for the file. */
export class GreyPng {
  readonly #width: number;
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  readonly #zlib = new Zlib({ level: 6 });
  #above: Uint8Array;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#above = new Uint8Array(width);
    const header = new Uint8Array(13);
    const view = new DataView(header.buffer);
    view.setUint32(0, width);
    view.setUint32(4, height);
    header[8] = 8;
    this.#parts.push(SIGNATURE, chunk('IHDR', header));
    this.#zlib.ondata = (data) => {
      if (data.length > 0) this.#parts.push(chunk('IDAT', data));
    };
  }

  /** Whole rows, one byte per pixel; not kept. */
  add(rows: Uint8Array): void {
    const width = this.#width;
    const count = rows.length / width;
    const filtered = new Uint8Array(count * (width + 1));
    let above = this.#above;
    for (let y = 0; y < count; y++) {
      const row = rows.subarray(y * width, (y + 1) * width);
      const at = y * (width + 1);
      filtered[at] = FILTER_UP;
      for (let x = 0; x < width; x++) filtered[at + 1 + x] = row[x]! - above[x]!;
      above = row;
    }
    this.#above = above.slice();
    this.#zlib.push(filtered);
  }

  /** The parts of the file, one after the other. */
  finish(): readonly Uint8Array<ArrayBuffer>[] {
    this.#zlib.push(new Uint8Array(0), true);
    return [...this.#parts, chunk('IEND', new Uint8Array(0))];
  }
}
