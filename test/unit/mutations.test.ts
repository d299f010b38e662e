/**
 * Photos with randomly damaged metadata (fixed seed) are read, or refused with an error code, as
 * fast as any other photo.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { treeForTiff } from '../../src/main/imaging/metadata/exif.js';
import { IfdError } from '../../src/main/imaging/metadata/ifd.js';
import { decodePhoto, encodePhoto, openPhoto, takenAt } from '../../src/main/imaging/index.js';
import { exifOf, metadataFor } from '../../src/main/imaging/metadata/metadata.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { cameraJpeg, captionedJpeg, temporaryFolder } from './photos.js';

const folder = temporaryFolder();
const FORMATS = ['jpg', 'tif', 'png', 'webp', 'iptc.jpg'] as const;
const sources = new Map<string, Buffer>();

beforeAll(async () => {
  const camera = await cameraJpeg(folder, 6);
  const photo = await decodePhoto(camera);
  sources.set('jpg', readFileSync(camera));
  sources.set('iptc.jpg', readFileSync(await captionedJpeg(folder, 'Caption')));
  for (const format of ['tif', 'png', 'webp']) {
    const path = join(folder, `source.${format}`);
    await encodePhoto(photo, photo.data, {}, path);
    sources.set(format, readFileSync(path));
  }
});

/** Returns a linear congruential generator, which gives the same numbers on every machine. */
function numbers(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Lengths, counts, offsets and tags that matter to readers. */
const NUMBERS = [
  0, 1, 2, 7, 8, 12, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 274, 34665, 34853,
];
/** End of the metadata, except in TIFF, whose directory is at the end of the file. */
const HEAD = 2500;

function mutate(source: Buffer, seed: number): Buffer {
  const next = numbers(seed);
  let bytes = Buffer.from(source);
  for (let times = 1 + next(4); times > 0; times--) {
    const reach = next(10) < 7 ? Math.min(bytes.length, HEAD) : bytes.length;
    const at = next(Math.max(1, reach - 4));
    const value = NUMBERS[next(NUMBERS.length)]!;
    const length = next(100);
    switch (next(6)) {
      case 0:
        bytes[at] = next(256);
        break;
      case 1:
        bytes.writeUInt32BE(value, at);
        break;
      case 2:
        bytes.writeUInt32LE(value, at);
        break;
      case 3:
        bytes.copy(bytes, at, next(bytes.length));
        break;
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
    }
  }
  return bytes;
}

it.each(Array.from({ length: 50 }, (_, seed) => seed))(
  'mutation %i is read, or refused with a code',
  { timeout: 5000 },
  async (seed) => {
    const format = FORMATS[seed % FORMATS.length]!;
    const path = join(folder, `${seed}.${format}`);
    writeFileSync(path, mutate(sources.get(format)!, seed));
    const outcome = await read(path).catch((error: unknown) => error);
    if (outcome !== undefined) {
      expect(outcome).toBeInstanceOf(UnsmearError);
      expect((outcome as UnsmearError).code).not.toBe('internal');
    }
  },
);

async function read(path: string): Promise<void> {
  takenAt(exifOf(await openPhoto(path)));
  const photo = await decodePhoto(path);
  for (const policy of ['all', 'no-gps'] as const) {
    const { exif } = metadataFor(photo.info.metadata, policy, photo, () => undefined);
    if (exif === null) continue;
    try {
      treeForTiff(exif, true, true);
    } catch (error) {
      if (!(error instanceof IfdError || error instanceof RangeError)) throw error;
    }
  }
}
