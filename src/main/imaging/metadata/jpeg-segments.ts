/** Reads and writes JPEG segments: EXIF, XMP, IPTC, ICC, resolution, and the quality. */
import type { FileHandle } from 'node:fs/promises';
import { clamp } from '../../../shared/core/math.js';
import { copyRest, readExactly, writeAll } from '../../storage/file-copy.js';
import { withSignature } from './photoshop.js';
import type { SpliceContext } from '../types.js';

/** A segment's length field counts itself: 65535 − 2 bytes remain. */
const MAX_PAYLOAD = 65533;
const ICC_HEADER = 'ICC_PROFILE\0';

function segment(marker: number, payload: Uint8Array): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

function labelled(label: string, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(label, 'latin1'), payload]);
}

function jfif(density: number | null): Buffer {
  const payload = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1');
  if (density !== null && density <= 65535) {
    payload.writeUInt8(1, 7);
    payload.writeUInt16BE(Math.round(density), 8);
    payload.writeUInt16BE(Math.round(density), 10);
  }
  return segment(0xe0, payload);
}

function iccSegments(icc: Uint8Array): Buffer[] {
  const room = MAX_PAYLOAD - ICC_HEADER.length - 2;
  const count = Math.ceil(icc.length / room);
  if (count > 255) return [];
  return Array.from({ length: count }, (_, i) => {
    const part = icc.subarray(i * room, (i + 1) * room);
    return segment(0xe2, labelled(`${ICC_HEADER}${String.fromCharCode(i + 1, count)}`, part));
  });
}

/** Writes the start of the file, the metadata, and the encoder's data from its first table on. */
export async function spliceJpeg(
  from: FileHandle,
  to: FileHandle,
  context: SpliceContext,
): Promise<void> {
  const { exif, xmp, iptc, icc, density } = context.metadata;
  const parts = [Buffer.from([0xff, 0xd8]), jfif(density)];
  const add = (reason: 'exif' | 'xmp' | 'iptc', marker: number, payload: Buffer): void => {
    if (payload.length <= MAX_PAYLOAD) parts.push(segment(marker, payload));
    else context.warn({ code: 'metadata-too-large', params: { reason } });
  };
  if (exif !== null) add('exif', 0xe1, labelled('Exif\0\0', exif));
  if (xmp !== null) add('xmp', 0xe1, labelled('http://ns.adobe.com/xap/1.0/\0', xmp));
  if (iptc !== null && iptc.length > 0) add('iptc', 0xed, withSignature(iptc));
  if (icc !== null) parts.push(...iccSegments(icc));
  await writeAll(to, Buffer.concat(parts));
  await copyRest(from, await firstTable(from), to);
}

/** Returns the offset of the first segment that is not an application segment. */
async function firstTable(file: FileHandle): Promise<number> {
  for (let at = 2; ;) {
    const head = await readExactly(file, at, 4);
    const marker = head.readUInt16BE(0);
    if (marker < 0xffe0 || marker > 0xffef) return at;
    at += 2 + head.readUInt16BE(2);
  }
}

/** Luminance quantization table of quality 50 (ITU T.81 annex K), in zigzag order. */
const STANDARD = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37,
  29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
  95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
];

/** Returns the quality that matches the first quantization table; `null` without one. */
export function jpegQuality(head: Uint8Array): number | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes.readUInt8(at + 1);
    const length = bytes.readUInt16BE(at + 2);
    if (marker === 0xdb && at + 5 + 64 <= bytes.length && bytes.readUInt8(at + 4) >> 4 === 0) {
      let percent = 0;
      STANDARD.forEach((base, i) => (percent += (100 * bytes.readUInt8(at + 5 + i)) / base));
      const scale = percent / STANDARD.length;
      const quality = scale > 100 ? 5000 / scale : (200 - scale) / 2;
      return clamp(Math.round(quality), 1, 100);
    }
    if (marker === 0xda || marker === 0xd9) return null;
    at += 2 + length;
  }
  return null;
}
