/** Generates files that are made to keep a reader busy or to fill its memory. */
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';
import type { RegionOperation } from '../../src/shared/regions/index.js';
import { pattern, rawImage } from './photos.js';

const EXIF_POINTER = 34665;

/** An EXIF block of `entries` pointers that all lead back to the directory they stand in. */
export function loopingExif(entries: number): Buffer {
  const block = Buffer.alloc(8 + 2 + entries * 12 + 4);
  block.write('II*\0\x08\0\0\0', 'latin1');
  block.writeUInt16LE(entries, 8);
  for (let i = 0; i < entries; i++) writeEntry(block, 10 + i * 12, EXIF_POINTER, 4, 1, 8);
  return block;
}

function writeEntry(
  into: Buffer,
  at: number,
  tag: number,
  type: number,
  count: number,
  value: number,
): void {
  into.writeUInt16LE(tag, at);
  into.writeUInt16LE(type, at + 2);
  into.writeUInt32LE(count, at + 4);
  into.writeUInt32LE(value, at + 8);
}

/** Inserts an EXIF block (without prefix) into a JPEG. */
export async function jpegWithExif(exif: Buffer): Promise<Buffer> {
  const jpeg = await rawImage(pattern()).jpeg().toBuffer();
  const head = Buffer.from('\xff\xe1\0\0Exif\0\0', 'latin1');
  head.writeUInt16BE(exif.length + 8, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
}

/** Inserts chunks between a PNG's header and its pixels. */
export async function pngWith(...chunks: readonly Buffer[]): Promise<Buffer> {
  const png = await rawImage(pattern()).png().toBuffer();
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]);
}

export function pngChunk(type: string, content: Buffer): Buffer {
  const chunk = Buffer.alloc(12 + content.length);
  chunk.writeUInt32BE(content.length);
  chunk.write(type, 4, 'latin1');
  content.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + content.length)), 8 + content.length);
  return chunk;
}

/** A compressed text chunk that is a thousand times larger once it is unpacked. */
export function textBomb(bytes: number): Buffer {
  return pngChunk(
    'zTXt',
    Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(bytes))]),
  );
}

/** Appends an EXIF or XMP chunk to a WebP. */
export async function webpWith(type: 'EXIF' | 'XMP ', content: Buffer): Promise<Buffer> {
  const webp = await rawImage(pattern()).webp().toBuffer();
  const header = Buffer.alloc(18);
  header.write('VP8X', 'latin1');
  header.writeUInt32LE(10, 4);
  header.writeUInt8(type === 'EXIF' ? 8 : 4, 8);
  header.writeUIntLE(48 - 1, 12, 3);
  header.writeUIntLE(32 - 1, 15, 3);
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(content.length, 4);
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  const odd = Buffer.alloc(content.length % 2);
  const file = Buffer.concat([riff, header, webp.subarray(12), head, content, odd]);
  file.writeUInt32LE(file.length - 8, 4);
  return file;
}

/** An XMP packet in which white space follows an attribute's name. */
export function spacedXmp(spaces: number): Buffer {
  const blank = ' '.repeat(spaces);
  return Buffer.from(`<x:xmpmeta><rdf:Description exif:GPSLatitude${blank}/></x:xmpmeta>`);
}

const SIDE = 16;

/** Returns a grey TIFF of 16 × 16 pixels; `more`: additional entries, values at the end. */
function tiff(
  more: readonly (readonly [tag: number, type: number, count: number])[],
  valueAt: (end: number) => number,
  tail: (end: number) => Buffer,
): Buffer {
  const count = 8 + more.length;
  const pixelsAt = 8 + 2 + count * 12 + 4;
  const end = pixelsAt + SIDE * SIDE;
  const head = Buffer.alloc(end, 99);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(count, 8);
  const pixels = [
    [256, 4, 1, SIDE],
    [257, 4, 1, SIDE],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, pixelsAt],
    [278, 4, 1, SIDE],
    [279, 4, 1, SIDE * SIDE],
  ] as const;
  const entries = [...pixels, ...more.map((entry) => [...entry, valueAt(end)] as const)];
  entries.forEach(([tag, type, length, value], i) =>
    writeEntry(head, 10 + i * 12, tag, type, length, value),
  );
  head.writeUInt32LE(0, pixelsAt - 4);
  return Buffer.concat([head, tail(end)]);
}

/** A TIFF with `entries` EXIF pointers to a directory of as many pointers to itself. */
export function loopingTiff(entries: number): Buffer {
  const pointers = Array.from({ length: entries }, () => [EXIF_POINTER, 4, 1] as const);
  return tiff(
    pointers,
    (end) => end,
    (end) => {
      const directory = Buffer.alloc(2 + entries * 12 + 4);
      directory.writeUInt16LE(entries);
      for (let i = 0; i < entries; i++) writeEntry(directory, 2 + i * 12, EXIF_POINTER, 4, 1, end);
      return directory;
    },
  );
}

/** Returns a TIFF whose EXIF values all are the same `bytes` bytes of the file. */
export function overlappingTiff(values: number, bytes: number): Buffer {
  return tiff(
    [[EXIF_POINTER, 4, 1]],
    (end) => end,
    (end) => {
      const table = 2 + values * 12 + 4;
      const directory = Buffer.alloc(table + bytes, 0x41);
      directory.writeUInt16LE(values);
      for (let i = 0; i < values; i++) {
        writeEntry(directory, 2 + i * 12, 40_000 + i, 7, bytes, end + table);
      }
      directory.writeUInt32LE(0, table - 4);
      return directory;
    },
  );
}

/** The text of a sidecar with these operations. */
export function sidecarOf(
  operations: readonly (RegionOperation | Record<string, unknown>)[],
  photo = { width: 48, height: 32 },
): string {
  return JSON.stringify({
    ...{ format: 'unsmear-edit', version: 1, view: {} },
    photo: { name: 'p.png', ...photo, bytes: null, hash: null },
    settings: { regions: { version: 1, operations } },
  });
}

export function feathers(count: number): { kind: 'feather'; radius: number }[] {
  return Array.from({ length: count }, () => ({ kind: 'feather', radius: 1 }));
}

export function makePipe(path: string): void {
  const { status } = spawnSync('mkfifo', [path]);
  if (status !== 0) throw new Error('mkfifo failed');
}

/** Makes a socket that stays until the server is closed. */
export async function makeSocket(path: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(path, listening));
  return server;
}
