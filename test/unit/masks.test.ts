/** Masks of every kind that an editor may save. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readMask, writeGrayPng, writeRgbPng } from '../../src/main/imaging/index.js';
import { pattern, rawImage, temporaryFolder } from './photos.js';
import { said } from './said.js';

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);
const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);

it('grey counts in proportion, exactly', async () => {
  await writeGrayPng(file('gray.png'), 16, 16, ramp);
  expect(await readMask(file('gray.png'), 16, 16)).toEqual(ramp);
});

it('grey saved as colours is the same mask', async () => {
  await writeRgbPng(
    file('rgb.png'),
    16,
    16,
    Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)),
  );
  expect(await readMask(file('rgb.png'), 16, 16)).toEqual(ramp);
});

it('16 bits are reduced', async () => {
  const deep = Uint16Array.from(ramp, (value) => value * 257);
  await sharp(deep, { raw: { width: 16, height: 16, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(file('deep.png'));
  expect(await readMask(file('deep.png'), 16, 16)).toEqual(ramp);
});

it('white strokes on an empty layer count by their alpha', async () => {
  const rgba = new Uint8Array(1024).fill(255);
  ramp.forEach((value, i) => (rgba[i * 4 + 3] = value));
  await rawImage(rgba, 16, 16, 4).png().toFile(file('strokes.png'));
  expect(await readMask(file('strokes.png'), 16, 16)).toEqual(ramp);
});

it('black strokes on an empty layer are an error, all black is not', async () => {
  const rgba = new Uint8Array(1024);
  rgba[3] = 255;
  await rawImage(rgba, 16, 16, 4).png().toFile(file('black-strokes.png'));
  await expect(readMask(file('black-strokes.png'), 16, 16)).rejects.toMatchObject({
    code: 'mask-invalid',
  });
  await writeGrayPng(file('black.png'), 16, 16, new Uint8Array(256));
  expect(await readMask(file('black.png'), 16, 16)).toEqual(new Uint8Array(256));
});

it('must have the size of the photo as displayed', async () => {
  await rawImage(pattern()).withMetadata({ orientation: 6 }).jpeg().toFile(file('turned.jpg'));
  expect(await said(readMask(file('turned.jpg'), 48, 32))).toMatchObject({
    code: 'mask-invalid',
    message: expect.stringMatching(/32 × 48 pixels, the photo 48 × 32/) as string,
  });
  expect(await readMask(file('turned.jpg'), 32, 48)).toHaveLength(48 * 32);
});
