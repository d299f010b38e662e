/** The masks that the editor writes, read by another program's decoder. */
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { GreyPng } from '../../src/shared/core/grey-png.js';

async function roundTrip(
  width: number,
  height: number,
  rows: Uint8Array,
  band: number,
): Promise<void> {
  const png = new GreyPng(width, height);
  for (let y = 0; y < height; y += band) png.add(rows.subarray(y * width, (y + band) * width));
  const file = Buffer.concat(png.finish());
  const { data, info } = await sharp(file)
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height, channels: 1 });
  expect(Buffer.compare(data, rows)).toBe(0);
}

it('writes every byte as it is, in whatever bands it comes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.uint8Array({ minLength: 1600, maxLength: 1600 }),
      async (width, height, band, bytes) => {
        await roundTrip(width, height, bytes.subarray(0, width * height), band);
      },
    ),
    { numRuns: 40 },
  );
});

it('writes more than one compressed block', async () => {
  const [width, height] = [1000, 700];
  const rows = Uint8Array.from({ length: width * height }, (_, i) => (i * 2654435761) >>> 24);
  await roundTrip(width, height, rows, 64);
});
