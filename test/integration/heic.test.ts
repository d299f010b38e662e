/** HEIC photos and the command line. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ExifReader from 'exifreader';
import { expect, it } from 'vitest';
import { GRID, tiledHeic } from '../unit/heic.js';
import { exifBlock } from '../unit/photos.js';
import { commandLine, listing } from './command.js';

const { folder, unsmear } = await commandLine('soft');
const MODEL = ['--model', 'tiny-soft', '--provider', 'cpu', '--no-skip'];
writeFileSync(
  join(folder, 'IMG_1.HEIC'),
  tiledHeic({ turns: 3, exif: exifBlock(6, Buffer.alloc(0)) }),
);

it('a HEIC photo becomes a JPEG, upright and with its EXIF', async () => {
  const { code } = await unsmear('deblur', 'IMG_1.HEIC', '--out-dir', 'one', ...MODEL);
  expect([code, listing(join(folder, 'one'))]).toEqual([0, ['IMG_1.deblurred.jpg']]);
  const tags = await ExifReader.load(join(folder, 'one', 'IMG_1.deblurred.jpg'));
  expect(tags['Image Width']?.value).toBe(GRID.height);
  expect([tags.Orientation.value, tags.Model?.description]).toEqual([1, 'Model T']);
});

it('a folder of them is a batch', async () => {
  const { code } = await unsmear('batch', '.', '--out-dir', 'many', ...MODEL, '--format', 'tiff');
  expect([code, listing(join(folder, 'many'))]).toEqual([0, ['IMG_1.deblurred.tif']]);
});

it('none is written', async () => {
  const { code, stderr } = await unsmear('deblur', 'IMG_1.HEIC', '-o', 'new.heic', ...MODEL);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/cannot write \.heic files/);
});
