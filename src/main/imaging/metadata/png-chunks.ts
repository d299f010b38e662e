/** Reads and writes PNG chunks: ICC, EXIF, XMP, resolution, colour and text. */
import { closeSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { crc32, deflateSync } from 'node:zlib';
import { openRegularFileSync } from '../../storage/regular-file.js';
import { copyRest, readExactly, writeAll } from '../../storage/file-copy.js';
import type { ReadBudget } from './read-budget.js';
import type { SpliceContext } from '../types.js';

const SIGNATURE_LENGTH = 8;
const COLOUR = new Set(['gAMA', 'cHRM', 'sRGB', 'cICP']);
const TEXT = new Set(['tEXt', 'zTXt', 'iTXt']);
/** Chunks that this module writes itself; the encoder's own are dropped. */
const REPLACED = new Set(['iCCP', 'pHYs', 'eXIf', ...COLOUR, ...TEXT]);
const XMP_KEYWORD = 'XML:com.adobe.xmp';
const MAX_TEXT = 1 << 20;
/** Keywords of text chunks that contain other data than text. */
const ELSEWHERE = /^(XML:com\.adobe\.xmp|Raw profile type)/;

export function chunk(type: string, payload: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + payload.length);
  out.writeUInt32BE(payload.length, 0);
  out.write(type, 4, 'latin1');
  out.set(payload, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + payload.length)), 8 + payload.length);
  return out;
}

function physical(density: number): Buffer {
  const payload = Buffer.alloc(9);
  const perMetre = Math.round(density / 0.0254);
  payload.writeUInt32BE(perMetre, 0);
  payload.writeUInt32BE(perMetre, 4);
  payload.writeUInt8(1, 8);
  return chunk('pHYs', payload);
}

export async function splicePng(
  from: FileHandle,
  to: FileHandle,
  context: SpliceContext,
): Promise<void> {
  const { icc, exif, xmp, density, pngColour, pngText } = context.metadata;
  const header = await readExactly(from, 0, SIGNATURE_LENGTH + 25);
  const parts: Uint8Array[] = [header];
  if (icc !== null) {
    const name = Buffer.from('ICC Profile\0\0', 'latin1');
    parts.push(chunk('iCCP', Buffer.concat([name, deflateSync(icc)])));
  } else parts.push(...pngColour);
  if (density !== null) parts.push(physical(density));
  if (exif !== null) parts.push(chunk('eXIf', exif));
  if (xmp !== null) {
    parts.push(
      chunk('iTXt', Buffer.concat([Buffer.from(`${XMP_KEYWORD}\0\0\0\0\0`, 'latin1'), xmp])),
    );
  }
  parts.push(...pngText);
  await writeAll(to, Buffer.concat(parts));

  for (let at = header.length; ;) {
    const head = await readExactly(from, at, 8);
    const type = head.toString('latin1', 4, 8);
    const size = 12 + head.readUInt32BE(0);
    if (type === 'IDAT') return copyRest(from, at, to);
    if (!REPLACED.has(type)) await writeAll(to, await readExactly(from, at, size));
    at += size;
  }
}

/**
 * Reads the colour and text chunks before the pixels, whole and still compressed. Leaves out XMP
 * and raw profiles, which other readers handle, and chunks beyond `budget`.
 */
export function readPngAncillary(
  path: string,
  budget: ReadBudget,
): { colour: Uint8Array[]; text: Uint8Array[] } {
  const colour: Uint8Array[] = [];
  const text: Uint8Array[] = [];
  const file = openRegularFileSync(path);
  try {
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, at));
    };
    for (let at = SIGNATURE_LENGTH; ;) {
      const head = read(at, 8);
      if (head.length < 8) break;
      const type = head.toString('latin1', 4, 8);
      const size = 12 + head.readUInt32BE(0);
      if (type === 'IDAT' || type === 'IEND' || !budget.takeEntries(1)) break;
      if (COLOUR.has(type) && size < 256) colour.push(read(at, size));
      if (TEXT.has(type) && !ELSEWHERE.test(read(at + 8, 32).toString('latin1'))) {
        if (size > MAX_TEXT) budget.refuse('large-values');
        else if (budget.takeBytes(size)) text.push(read(at, size));
      }
      at += size;
    }
  } finally {
    closeSync(file);
  }
  return { colour, text };
}
