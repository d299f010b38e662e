/** Metadata survives in every format; checked with an independent reader. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodePhoto,
  encodePhoto,
  localText,
  openPhoto,
  takenAt,
  type Encoded,
} from '../../src/main/imaging/index.js';
import { exifOf } from '../../src/main/imaging/metadata/metadata.js';
import {
  cameraJpeg,
  captionedJpeg,
  pattern,
  rawImage,
  readTags,
  temporaryFolder,
} from './photos.js';
import { warningInEnglish } from '../../src/shared/texts/explain.js';

const folder = temporaryFolder();
const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const;

async function restored(
  format: (typeof FORMATS)[number],
  metadata: 'all' | 'no-gps' | 'none' = 'all',
  orientation = 6,
): Promise<string> {
  const photo = await decodePhoto(await cameraJpeg(folder, orientation));
  const path = join(folder, `${format}-${metadata}-${orientation}.${format}`);
  const options = { format, metadata, onExist: 'overwrite' } as const;
  const encoded = await encodePhoto(photo, photo.data, options, path);
  expect(encoded.warnings).toEqual([]);
  return encoded.path;
}

describe.each(FORMATS)('%s', (format) => {
  it('keeps EXIF, XMP, the profile and the position', async () => {
    const tags = await readTags(await restored(format));
    expect(tags).toMatchObject({
      make: 'Unsmear Optics',
      model: 'Model T',
      copyright: 'Somebody',
      taken: '2026:05:01 20:15:00',
      lens: 'Testar 50mm f/1.8',
      makerNote: true,
      profile: 'sP3C',
      rating: '4',
    });
    expect(tags.latitude).toBeCloseTo(47.375, 3);
    expect(tags.longitude).toBeCloseTo(8.5367, 3);
  });

  it('writes orientation 1 and the real sizes, and drops the blurred thumbnail', async () => {
    const tags = await readTags(await restored(format));
    expect(tags).toMatchObject({ orientation: 1, xmpOrientation: '1', thumbnail: false });
    expect(tags).toMatchObject({ width: 32, height: 48 });
  });

  it('leaves out only the position, or everything', async () => {
    const noGps = await readTags(await restored(format, 'no-gps'));
    expect(noGps).toMatchObject({
      make: 'Unsmear Optics',
      rating: '4',
      makerNote: true,
      xmpGps: false,
    });
    expect(noGps.latitude).toBeUndefined();
    const none = await readTags(await restored(format, 'none'));
    expect(none).toMatchObject({ profile: 'sP3C', make: undefined, rating: undefined });
  });

  it.each(['all', 'none'] as const)('keeps the resolution under "%s"', async (policy) => {
    const path = await restored(format, policy);
    const { density, orientation } = await sharp(path).metadata();
    // These formats can store it in EXIF only.
    const inExif = format === 'webp' || format === 'avif';
    expect(inExif ? (await readTags(path)).resolution : density).toBe(240);
    expect(orientation ?? 1).toBe(1);
  });

  it('survives a second round through this format', async () => {
    const first = await restored(format);
    const photo = await decodePhoto(first);
    const path = join(folder, `again-${format}.jpg`);
    await encodePhoto(photo, photo.data, { format: 'jpeg', onExist: 'overwrite' }, path);
    const tags = await readTags(path);
    expect(tags).toMatchObject({
      make: 'Unsmear Optics',
      taken: '2026:05:01 20:15:00',
      profile: 'sP3C',
      rating: '4',
      makerNote: true,
    });
    expect(tags.latitude).toBeCloseTo(47.375, 3);
  });
});

it('keeps the position of the photo itself when a result is written without it', async () => {
  const photo = await decodePhoto(await cameraJpeg(folder, 1, 'twice.jpg'));
  await encodePhoto(photo, photo.data, { metadata: 'no-gps' }, join(folder, 'first.jpg'));
  const { path } = await encodePhoto(photo, photo.data, {}, join(folder, 'second.jpg'));
  expect((await readTags(path)).latitude).toBeCloseTo(47.375);
});

it('erases the bytes of a position', async () => {
  const bytes = await sharp(await restored('jpeg', 'no-gps')).metadata();
  // 47, 22 and 30 as rationals.
  const latitude = Buffer.from('0000125c00000064', 'hex');
  expect(Buffer.from(bytes.exif!).includes(latitude)).toBe(false);
});

it('writes no resolution that the source does not have', async () => {
  const source = join(folder, 'plain.webp');
  await rawImage(pattern()).webp().toFile(source);
  for (const format of FORMATS) {
    const { path } = await converted(source, format);
    const { density } = await sharp(path).metadata();
    expect([undefined, 72]).toContain(density);
  }
});

describe('IPTC', () => {
  it('is kept from JPEG to TIFF and back, without the thumbnail beside it', async () => {
    const source = await captionedJpeg(folder, 'A street at dusk');
    const inTiff = await converted(source, 'tiff');
    const inJpeg = await converted(inTiff.path, 'jpeg');
    for (const { path, warnings } of [inTiff, inJpeg]) {
      expect(warnings).toEqual([]);
      expect((await readTags(path)).caption).toBe('A street at dusk');
      expect(readFileSync(path).includes('OLD-THUMBNAIL')).toBe(false);
    }
  });

  it('is dropped for PNG with a warning', async () => {
    const { warnings } = await converted(await captionedJpeg(folder, 'Gone'), 'png');
    expect(warnings.map(warningInEnglish)).toEqual([expect.stringMatching(/IPTC/)]);
  });
});

async function converted(source: string, format: (typeof FORMATS)[number]): Promise<Encoded> {
  const photo = await decodePhoto(source);
  const path = join(folder, `captioned-out.${format}`);
  return encodePhoto(photo, photo.data, { format, onExist: 'overwrite' }, path);
}

describe('the date of the shot', () => {
  it.each(FORMATS)('is read from a %s', async (format) => {
    const path = await restored(format);
    const photo = await openPhoto(path);
    expect(takenAt(exifOf(photo))).toEqual(new Date(2026, 4, 1, 20, 15));
    expect(localText(takenAt(exifOf(photo))!)).toBe('2026-05-01T20:15:00');
  });

  it('is null for a block without one, with nonsense or with damage', async () => {
    const exif = exifOf(await openPhoto(await cameraJpeg(folder)))!;
    const text = Buffer.from(exif).toString('latin1');
    const saying = (date: string) =>
      takenAt(Buffer.from(text.replace('2026:05:01 20:15:00', date), 'latin1'));
    expect(saying('2001:12:31 23:59:58')).toEqual(new Date(2001, 11, 31, 23, 59, 58));
    for (const date of ['0000:00:00 00:00:00', '    :  :     :  :  ', '2026:13:41 20:15:00']) {
      expect(saying(date)).toBeNull();
    }
    expect(takenAt(exif.subarray(0, 40))).toBeNull();
    expect(takenAt(Buffer.from('nothing like it'))).toBeNull();
    expect(takenAt(null)).toBeNull();
  });
});
