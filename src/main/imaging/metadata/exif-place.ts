/** Finds EXIF blocks in JPEG, PNG and WebP files. */

/** Reads bytes of a file; fewer than asked for at its end. */
type ReadSome = (offset: number, length: number) => Buffer;

export interface ExifBlock {
  readonly kind: 'jpeg' | 'png' | 'webp';
  /** Offset and length of the content, including "Exif\0\0" if present. */
  readonly offset: number;
  readonly length: number;
}

/** Maximum number of segments or chunks searched; photos have a few dozen before their pixels. */
const MAX_PARTS = 10_000;
/** Bytes searched in a JPEG, whose metadata precedes the pixels: up to 255 segments of 64 KB. */
const JPEG_HEAD = 20 << 20;
/** Most photos' metadata ends within the first read. */
const FIRST_READ = 128 << 10;

/** Returns the blocks that decoders read; in PNG, those before the pixels. */
export function exifBlocks(read: ReadSome, kind: ExifBlock['kind']): ExifBlock[] {
  switch (kind) {
    case 'jpeg':
      return inJpeg(read);
    case 'png':
      return inPng(read);
    case 'webp':
      return inWebp(read);
  }
}

function inJpeg(read: ReadSome): ExifBlock[] {
  const head = read(0, FIRST_READ);
  const found = segments(head);
  return (found.complete ? found : segments(read(0, JPEG_HEAD))).blocks;
}

function segments(bytes: Buffer): { blocks: ExifBlock[]; complete: boolean } {
  const blocks: ExifBlock[] = [];
  let at = 2;
  while (at + 4 <= bytes.length) {
    // Decoders skip stray bytes before a marker.
    at = bytes.indexOf(0xff, at);
    if (at < 0) return { blocks, complete: false };
    const marker = bytes[at + 1];
    if (marker === undefined) break;
    if (marker === 0xda || marker === 0xd9) return { blocks, complete: true };
    if (marker === 0xff || marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += marker === 0xff ? 1 : 2;
      continue;
    }
    if (at + 4 > bytes.length) break;
    const length = bytes.readUInt16BE(at + 2) - 2;
    if (marker === 0xe1 && bytes.toString('latin1', at + 4, at + 8) === 'Exif') {
      blocks.push({ kind: 'jpeg', offset: at + 4, length });
    }
    at += 4 + Math.max(0, length);
  }
  return { blocks, complete: false };
}

function inPng(read: ReadSome): ExifBlock[] {
  const blocks: ExifBlock[] = [];
  let at = 8;
  for (let i = 0; i < MAX_PARTS; i++) {
    const head = read(at, 8);
    if (head.length < 8) break;
    const length = head.readUInt32BE(0);
    const type = head.toString('latin1', 4, 8);
    if (type === 'eXIf') blocks.push({ kind: 'png', offset: at + 8, length });
    if (type === 'IDAT' || type === 'IEND') break;
    at += 12 + length;
  }
  return blocks;
}

function inWebp(read: ReadSome): ExifBlock[] {
  const blocks: ExifBlock[] = [];
  let at = 12;
  for (let i = 0; i < MAX_PARTS; i++) {
    const head = read(at, 8);
    if (head.length < 8) break;
    const length = head.readUInt32LE(4);
    if (head.toString('latin1', 0, 4) === 'EXIF') {
      blocks.push({ kind: 'webp', offset: at + 8, length });
    }
    at += 8 + length + (length % 2);
  }
  return blocks;
}
