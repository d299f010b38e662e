/** Files that are not photos we read: one clear error each, with advice that fits. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodePhoto } from '../../src/main/imaging/index.js';
import { pattern, rawImage, temporaryFolder } from './photos.js';
import { said } from './said.js';

const folder = temporaryFolder();

function given(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
  return path;
}

const box = (brand: string): string => `\0\0\0\x18ftyp${brand}\0\0\0\0${brand}mif1`;
const tiffHead = 'II*\0\x08\0\0\0\0\0\0\0\0\0';

/** A PNG of one chunk that claims to be 100 000 pixels wide and high. */
function bomb(): Buffer {
  const head = Buffer.from(
    '89504e470d0a1a0a0000000d49484452000186a0000186a008020000000000000000000000',
    'hex',
  );
  return Buffer.concat([head, Buffer.alloc(64)]);
}

describe('not supported', () => {
  it.each([
    ['a.svg', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG/, /PNG/],
    ['a.heic', box('hevc'), /animation/, /PNG/],
    ['a.avif', box('avis'), /animation/, /PNG/],
    ['a.cr3', box('crx '), /Canon CR3/, /Digital Photo Professional/],
    ['a.cr2', 'II*\0\x10\0\0\0CR\x02\0', /Canon CR2/, /Digital Photo Professional/],
    ['a.nef', tiffHead, /Nikon NEF/, /NX Studio/],
    ['a.arw', tiffHead, /Sony ARW/, /Imaging Edge/],
    ['a.dng', tiffHead, /DNG/, /darktable/],
    ['a.raf', 'FUJIFILMCCD-RAW 0201', /Fujifilm RAF/, /X RAW Studio/],
    ['a.pdf', '%PDF-1.7\n', /PDF/, /Export/],
    ['a.gif', 'GIF89a\x01\0\x01\0', /GIF/, /frame/],
    ['a.psd', '8BPS\0\x01', /Photoshop/, /TIFF/],
    [
      'a.txt',
      'Just some words.',
      /not a photo that Unsmear can read/,
      /JPEG, PNG, WebP, AVIF, TIFF and HEIC/,
    ],
    ['pdf-in-disguise.jpg', '%PDF-1.7\n', /PDF/, /Export/],
  ])('%s', async (name, content, message, hint) => {
    expect(await said(decodePhoto(given(name, content)))).toMatchObject({
      code: 'format-unsupported',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });
});

describe('damaged', () => {
  it('an empty file', async () => {
    await expect(decodePhoto(given('empty.jpg', ''))).rejects.toMatchObject({
      code: 'image-broken',
    });
  });

  it('words with the name of a photo', async () => {
    expect(await said(decodePhoto(given('words.jpg', 'Hello.')))).toMatchObject({
      code: 'image-broken',
      message: expect.stringMatching(/not a JPEG/) as string,
    });
  });

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('half a %s', async (format) => {
    const noise = Uint8Array.from(
      { length: 128 * 128 * 3 },
      (_, i) => Math.imul(i, 2654435761) >>> 24,
    );
    const whole = await rawImage(noise, 128, 128)[format]().toBuffer();
    const path = given(`half.${format}`, whole.subarray(0, whole.length / 2));
    await expect(decodePhoto(path)).rejects.toMatchObject({ code: 'image-broken' });
  });

  it.each(['jpeg', 'png', 'webp', 'tiff'] as const)('the first bytes of a %s', async (format) => {
    const whole = await rawImage(pattern())[format]().toBuffer();
    await expect(decodePhoto(given(`stub.${format}`, whole.subarray(0, 20)))).rejects.toMatchObject(
      {
        code: 'image-broken',
      },
    );
  });
});

it('a file that claims to be huge', async () => {
  expect(await said(decodePhoto(given('bomb.png', bomb())))).toMatchObject({
    code: 'image-too-large',
    message: expect.stringMatching(/100000 × 100000/) as string,
  });
});

it('a JPEG that claims to be huge', async () => {
  const jpeg = await rawImage(pattern()).jpeg().toBuffer();
  jpeg.writeUInt32BE(0xffd0ffd0, jpeg.indexOf(Buffer.from([0xff, 0xc0])) + 5);
  await expect(decodePhoto(given('bomb.jpg', jpeg))).rejects.toMatchObject({
    code: 'image-too-large',
  });
});

it.each([
  ['a DNG', [[50706, 1, 4, 0x00000401]]],
  ['raw samples', [[262, 3, 1, 32803]]],
  [
    'a preview with the RAW data behind it',
    [
      [254, 4, 1, 1],
      [330, 4, 1, 100],
    ],
  ],
] as const)('%s with the name of a TIFF', async (_name, entries) => {
  const body = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  body.write('II*\0\x08\0\0\0', 'latin1');
  body.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], i) => {
    body.writeUInt16LE(tag, 10 + i * 12);
    body.writeUInt16LE(type, 12 + i * 12);
    body.writeUInt32LE(count, 14 + i * 12);
    body.writeUInt32LE(value, 18 + i * 12);
  });
  expect(await said(decodePhoto(given('renamed.tif', body)))).toMatchObject({
    code: 'format-unsupported',
    message: 'renamed.tif is a camera RAW file.',
  });
});

it('an animation', async () => {
  const { default: sharp } = await import('sharp');
  const frames = await sharp(pattern(48, 64), {
    raw: { width: 48, height: 64, channels: 3, pageHeight: 32 },
  })
    .webp({ loop: 0, delay: [100, 100] })
    .toBuffer();
  await expect(decodePhoto(given('moving.webp', frames))).rejects.toMatchObject({
    code: 'format-unsupported',
  });
});

it('no file, and a folder', async () => {
  await expect(decodePhoto(join(folder, 'none.jpg'))).rejects.toMatchObject({
    code: 'file-missing',
  });
  mkdirSync(join(folder, 'folder.jpg'));
  await expect(decodePhoto(join(folder, 'folder.jpg'))).rejects.toMatchObject({
    code: 'file-unreadable',
  });
});

it('a photo with the wrong extension is read by its content, with a warning', async () => {
  const path = given('really-png.jpg', await rawImage(pattern()).png().toBuffer());
  const photo = await decodePhoto(path);
  expect(photo.data).toEqual(pattern());
  expect(photo.info.warnings[0]).toMatchObject({ code: 'mislabelled', params: { format: 'PNG' } });
});
