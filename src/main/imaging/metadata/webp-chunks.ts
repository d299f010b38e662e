/** Reads and writes WebP chunks. ICC, EXIF and XMP need the extended header. */
import type { FileHandle } from 'node:fs/promises';
import { copyRest, readExactly, writeAll } from '../../storage/file-copy.js';
import type { SpliceContext } from '../types.js';

const FLAG = { icc: 0x20, alpha: 0x10, exif: 0x08, xmp: 0x04 } as const;

function chunk(type: string, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, 'latin1');
  head.writeUInt32LE(payload.length, 4);
  return Buffer.concat([head, payload, Buffer.alloc(payload.length % 2)]);
}

export async function spliceWebp(
  from: FileHandle,
  to: FileHandle,
  context: SpliceContext,
): Promise<void> {
  const { icc, xmp, exif } = context.metadata;
  const first = await readExactly(from, 12, 8);
  const extended = first.toString('latin1', 0, 4) === 'VP8X';
  const bodyAt = extended ? 12 + 8 + first.readUInt32LE(4) : 12;
  const bodyLength = (await from.stat()).size - bodyAt;

  const header = Buffer.alloc(10);
  header.writeUInt8(
    (icc === null ? 0 : FLAG.icc) |
      (context.alpha ? FLAG.alpha : 0) |
      (exif === null ? 0 : FLAG.exif) |
      (xmp === null ? 0 : FLAG.xmp),
    0,
  );
  header.writeUIntLE(context.width - 1, 4, 3);
  header.writeUIntLE(context.height - 1, 7, 3);
  const before = [chunk('VP8X', header), ...(icc === null ? [] : [chunk('ICCP', icc)])];
  const after = [
    ...(exif === null ? [] : [chunk('EXIF', exif)]),
    ...(xmp === null ? [] : [chunk('XMP ', xmp)]),
  ];
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  riff.writeUInt32LE(4 + Buffer.concat([...before, ...after]).length + bodyLength, 4);
  await writeAll(to, Buffer.concat([riff, ...before]));
  await copyRest(from, bodyAt, to);
  await writeAll(to, Buffer.concat(after));
}

/** Returns whether the pixels are lossless and whether the file is an animation. */
export function inspectWebp(head: Uint8Array): { lossless: boolean; animated: boolean } {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  let animated = false;
  for (let at = 12; at + 8 <= bytes.length;) {
    const type = bytes.toString('latin1', at, at + 4);
    if (type === 'VP8X' && at + 8 < bytes.length) animated = (bytes.readUInt8(at + 8) & 2) !== 0;
    if (type === 'VP8L') return { lossless: true, animated };
    if (type === 'VP8 ') return { lossless: false, animated };
    const size = bytes.readUInt32LE(at + 4);
    at += 8 + size + (size % 2);
  }
  return { lossless: false, animated };
}
