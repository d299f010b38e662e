/** HEIC photos: what is in them, and what becomes of those that are damaged. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ExifReader from 'exifreader';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodePhoto,
  encodePhoto,
  iccName,
  readMask,
  type DecodedPhoto,
} from '../../src/main/imaging/index.js';
import { deepHeic, GRID, tiledHeic, type HeicOptions } from './heic.js';
import { exifBlock, temporaryFolder, XMP } from './photos.js';
import { said } from './said.js';

const folder = temporaryFolder();
let count = 0;

function given(content: Buffer): string {
  const path = join(folder, `${++count}.heic`);
  writeFileSync(path, content);
  return path;
}

async function displayP3(): Promise<Buffer> {
  const pixel = sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } });
  const tagged = await pixel.withIccProfile('p3').png().toBuffer();
  return (await sharp(tagged).metadata()).icc!;
}

const decoded = (options: HeicOptions): Promise<DecodedPhoto> =>
  decodePhoto(given(tiledHeic(options)));

/** Returns the largest difference from the coded samples, at the unrotated places. */
function worst({ width, height, data }: DecodedPhoto, source: (x: number, y: number) => number[]) {
  let most = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = source(x, y) as [number, number];
      const wanted = [2 * column, 4 * row, 128];
      wanted.forEach((value, c) => {
        most = Math.max(most, Math.abs(data[(y * width + x) * 3 + c]! - value));
      });
    }
  }
  return most;
}

/** What coding with loss and at half the colour resolution may change. */
const TOLERANCE = 8;

describe('a HEIC photo', () => {
  it('is put together from its tiles, and cut', async () => {
    const photo = await decoded({});
    expect([photo.width, photo.height, photo.alpha]).toEqual([GRID.width, GRID.height, null]);
    expect(photo.data).toBeInstanceOf(Uint8Array);
    expect(worst(photo, (x, y) => [x, y])).toBeLessThanOrEqual(TOLERANCE);
  });

  it('is turned once, whatever its EXIF says besides', async () => {
    const exif = exifBlock(6, Buffer.alloc(0));
    const photo = await decoded({ turns: 3, exif });
    expect([photo.width, photo.height]).toEqual([GRID.height, GRID.width]);
    expect(worst(photo, (x, y) => [y, GRID.height - 1 - x])).toBeLessThanOrEqual(TOLERANCE);
  });

  it('of ten bits keeps more levels than eight bits have', async () => {
    const { data, width } = await decodePhoto(given(deepHeic()));
    expect(data).toBeInstanceOf(Uint16Array);
    const row = Array.from({ length: width }, (_, x) => data[3 * x]!);
    expect(row.map((value) => Math.round((value / 65535) * 1023))).toEqual(
      Array.from({ length: width }, (_, x) => 500 + x),
    );
  });

  it('keeps its profile, or gets the one that its numbers name', async () => {
    const p3 = await displayP3();
    const profiles = await Promise.all(
      [{ icc: p3 }, { nclx: [12, 13] as const }, { nclx: [1, 13] as const }, {}].map(
        async (options) => (await decoded(options)).info.metadata.icc,
      ),
    );
    const names = profiles.map((icc) => (icc === null ? null : iccName(icc)));
    expect(names).toEqual([iccName(p3), iccName(p3), null, null]);
  });

  it('of a high dynamic range is refused', async () => {
    expect(await said(decoded({ nclx: [9, 16] }))).toMatchObject({
      code: 'format-unsupported',
      message: expect.stringMatching(/HDR/) as string,
      hint: expect.stringMatching(/SDR/) as string,
    });
  });

  it('is written as JPEG with its profile, EXIF and XMP', async () => {
    const exif = exifBlock(6, Buffer.alloc(0));
    const photo = await decoded({ turns: 3, exif, xmp: XMP, icc: await displayP3() });
    const { path, warnings } = await encodePhoto(photo, photo.data, {}, join(folder, 'kept'));
    expect(warnings).toEqual([]);
    const tags = await ExifReader.load(path, { expanded: true });
    expect(tags.file?.FileType?.value).toBe('jpeg');
    expect(tags.exif?.Orientation?.value).toBe(1);
    expect(tags.exif?.Model?.description).toBe('Model T');
    expect(tags.xmp?.Rating?.value).toBe('4');
    expect((await sharp(path).metadata()).icc).toEqual(photo.info.metadata.icc);
  });

  it('can be a mask', async () => {
    const mask = await readMask(given(tiledHeic()), GRID.width, GRID.height);
    expect(mask[0]).toBeLessThan(mask[GRID.width - 1]!);
  });
});

describe('a HEIC file that cannot be read', () => {
  const whole = tiledHeic();
  const broken = Buffer.from(whole).fill(0xff, whole.length - 300);
  it.each([
    ['half of one', whole.subarray(0, whole.length / 2)],
    ['without its last byte of pixels', whole.subarray(0, -1)],
    ['with nonsense for pixels', broken],
    ['only its first bytes', whole.subarray(0, 24)],
  ])('%s', async (_, content) => {
    expect(await said(decodePhoto(given(content)))).toMatchObject({
      code: 'image-broken',
      hint: expect.stringMatching(/copy it again/i) as string,
    });
  });

  it('coded otherwise is told apart', async () => {
    const other = Buffer.from(whole.toString('latin1').replaceAll('hvc1', 'vvc1'), 'latin1');
    await expect(decodePhoto(given(other))).rejects.toMatchObject({
      code: expect.stringMatching(/format-unsupported|image-broken/) as string,
    });
  });
});
