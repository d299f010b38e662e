/**
 * Restored files keep format, depth, alpha, profile, metadata and orientation. Reads each file
 * with decoders that the program does not use, and again as the input of another restoration.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodePhoto, encodePhoto } from '../../src/main/imaging/index.js';
import {
  MetadataPolicy,
  type Depth,
  type OutputFormat,
} from '../../src/shared/contracts/restore.js';
import { exifBlock, readTags, temporaryFolder, XMP } from './photos.js';
import { rgbProfile } from './profiles.js';
import { readPicture, type Read } from './readers.js';

const folder = temporaryFolder();
const [WIDTH, HEIGHT] = [40, 24];
const ADOBE = { red: [0.64, 0.33], green: [0.21, 0.71], blue: [0.15, 0.06] } as const;

/** Profiles by the name that a reader finds in them. */
const PROFILES = new Map<string | undefined, Uint8Array | null>([[undefined, null]]);
let thumbnail: Buffer;

beforeAll(async () => {
  const black = sharp({ create: { width: 8, height: 8, channels: 3, background: '#000' } });
  const { icc } = await sharp(await black.withIccProfile('p3').png().toBuffer()).metadata();
  PROFILES.set('sP3C', icc!);
  PROFILES.set('Adobe RGB (1998)', rgbProfile('Adobe RGB (1998)', ADOBE, 2.199));
  thumbnail = await black.jpeg().toBuffer();
});

interface Cell {
  readonly depth: Depth;
  readonly alpha: boolean;
  readonly profile: string | undefined;
  readonly metadata: MetadataPolicy;
  /** Orientation of the source; the output is upright. */
  readonly orientation: 1 | 3 | 6;
}

const CAN: Record<
  OutputFormat,
  { readonly depths: readonly Depth[]; readonly alphas: readonly boolean[] }
> = {
  jpeg: { depths: [8], alphas: [false] },
  webp: { depths: [8], alphas: [false, true] },
  png: { depths: [8, 16], alphas: [false, true] },
  tiff: { depths: [8, 16], alphas: [false, true] },
  avif: { depths: [8, 16], alphas: [false, true] },
};
const LOSSLESS: readonly OutputFormat[] = ['png', 'tiff', 'webp'];

function cellsOf(format: OutputFormat): Cell[] {
  const cells: Cell[] = [];
  for (const depth of CAN[format].depths) {
    for (const alpha of CAN[format].alphas) {
      for (const profile of PROFILES.keys()) {
        for (const metadata of MetadataPolicy.options) {
          for (const orientation of [1, 3, 6] as const) {
            cells.push({ depth, alpha, profile, metadata, orientation });
          }
        }
      }
    }
  }
  return cells;
}

/** Returns RGBA (0..1) at (x, y) of the upright photo: all places differ, without symmetry. */
function colourAt(x: number, y: number): number[] {
  const place = (y * WIDTH + x) / (WIDTH * HEIGHT - 1);
  return [x / (WIDTH - 1), 0.2 + (0.6 * y) / (HEIGHT - 1), place, 0.3 + 0.7 * (1 - place)];
}

/** Returns where a rotated camera stores the upright photo's (x, y), by the EXIF standard. */
const STORED = {
  1: (x: number, y: number) => [x, y],
  3: (x: number, y: number) => [WIDTH - 1 - x, HEIGHT - 1 - y],
  6: (x: number, y: number) => [y, WIDTH - 1 - x],
} as const;

/** Returns another library's PNG with added chunks that the library cannot write. */
function source({ depth, alpha, profile, orientation }: Cell): string {
  const [width, height] = orientation === 6 ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
  const channels = alpha ? 4 : 3;
  const data = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * channels);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [sx, sy] = STORED[orientation](x, y) as [number, number];
      for (let c = 0; c < channels; c++) {
        data[(sy * width + sx) * channels + c] = Math.round(colourAt(x, y)[c]! * (2 ** depth - 1));
      }
    }
  }
  const png = Buffer.from(encode({ width, height, data, depth, channels }));
  const icc = PROFILES.get(profile) ?? null;
  const chunks = [
    ...(icc === null ? [] : [chunk('iCCP', Buffer.from('some\0\0'), deflateSync(icc))]),
    chunk('eXIf', exifBlock(orientation, thumbnail)),
    chunk('iTXt', Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), Buffer.from(XMP)),
  ];
  const path = join(folder, 'source.png');
  writeFileSync(path, Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)]));
  return path;
}

function chunk(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from(type), ...parts]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Returns the largest and the mean difference from the upright photo, 0..1. */
function errors({ data, channels }: Read, { alpha }: Cell): { worst: number; mean: number } {
  const white = data instanceof Uint16Array ? 65535 : 255;
  let [worst, sum, count] = [0, 0, 0];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const wanted = colourAt(x, y);
      for (let c = 0; c < (alpha ? 4 : 3); c++, count++) {
        const off = Math.abs(data[(y * WIDTH + x) * channels + c]! / white - wanted[c]!);
        worst = Math.max(worst, off);
        sum += off;
      }
    }
  }
  return { worst, mean: sum / count };
}

async function expectFaithful(
  path: string,
  format: OutputFormat,
  cell: Cell,
  rounds: number,
): Promise<void> {
  const read = await readPicture(path, format, cell.depth);
  const label = JSON.stringify({ format, ...cell, rounds });
  expect([read.width, read.height, read.depth], label).toEqual([WIDTH, HEIGHT, cell.depth]);
  const { worst, mean } = errors(read, cell);
  if (LOSSLESS.includes(format) && rounds === 1) {
    // Half a step of the written depth.
    expect(worst, label).toBeLessThan(0.501 / (2 ** read.depth - 1));
  }
  expect(mean, label).toBeLessThan(0.012 * rounds);
  if (cell.depth === 16) expect(new Set(read.data).size, label).toBeGreaterThan(400);
  const { profile, metadata } = cell;
  const tags = await readTags(path);
  const [all, none] = [metadata === 'all', metadata === 'none'];
  expect(
    {
      profile: tags.profile,
      make: tags.make,
      rating: tags.rating,
      position: tags.latitude !== undefined,
      positionInXmp: tags.xmpGps,
      upright: [undefined, 1].includes(tags.orientation as number | undefined),
      thumbnail: tags.thumbnail,
    },
    label,
  ).toEqual({
    profile,
    make: none ? undefined : 'Unsmear Optics',
    rating: none ? undefined : '4',
    position: all,
    positionInXmp: all,
    upright: true,
    thumbnail: false,
  });
}

describe.each(Object.keys(CAN) as OutputFormat[])('%s', (format) => {
  it('keeps everything that it can, also in a second restoration', async () => {
    const cells = cellsOf(format);
    expect(cells.length).toBeGreaterThanOrEqual(27);
    for (const cell of cells) {
      const photo = await decodePhoto(source(cell));
      const options = { format, metadata: cell.metadata, onExist: 'overwrite' } as const;
      const { path } = await encodePhoto(
        photo,
        photo.data,
        options,
        join(folder, `cell.${format}`),
      );
      await expectFaithful(path, format, cell, 1);
      const again = await decodePhoto(path);
      const second = { format: 'tiff', metadata: 'all', onExist: 'overwrite' } as const;
      const { path: last } = await encodePhoto(
        again,
        again.data,
        second,
        join(folder, 'again.tif'),
      );
      await expectFaithful(last, 'tiff', cell, 2);
    }
  });
});
