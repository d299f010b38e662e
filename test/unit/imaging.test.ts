/** Pixels in and out: orientations, encodings, alpha, grey, palettes, depth. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodePhoto, encodePhoto } from '../../src/main/imaging/index.js';
import { HEIGHT, WIDTH, cameraJpeg, pattern, rawImage, temporaryFolder } from './photos.js';

const folder = temporaryFolder();
const file = (name: string): string => join(folder, name);

/** Where the pixel that is displayed at (x, y) stands in the file, by the EXIF standard. */
const STORED: Record<number, (x: number, y: number) => [number, number]> = {
  1: (x, y) => [x, y],
  2: (x, y) => [WIDTH - 1 - x, y],
  3: (x, y) => [WIDTH - 1 - x, HEIGHT - 1 - y],
  4: (x, y) => [x, HEIGHT - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y) => [y, HEIGHT - 1 - x],
  7: (x, y) => [WIDTH - 1 - y, HEIGHT - 1 - x],
  8: (x, y) => [WIDTH - 1 - y, x],
};

describe('orientation', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '%i is applied to the pixels, and not a second time',
    async (orientation) => {
      const path = file(`o${orientation}.tif`);
      await rawImage(pattern())
        .withMetadata({ orientation })
        .tiff({ compression: 'none' })
        .toFile(path);
      const photo = await decodePhoto(path);
      const turned = orientation > 4;
      expect([photo.width, photo.height]).toEqual(turned ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT]);
      const source = pattern();
      for (let y = 0; y < photo.height; y++) {
        for (let x = 0; x < photo.width; x++) {
          const [sx, sy] = STORED[orientation]!(x, y);
          const at = (y * photo.width + x) * 3;
          const from = (sy * WIDTH + sx) * 3;
          expect([...photo.data.subarray(at, at + 3)]).toEqual([
            ...source.subarray(from, from + 3),
          ]);
        }
      }
      const out = (await encodePhoto(photo, photo.data, {}, file(`o${orientation}-out.tif`))).path;
      const again = await decodePhoto(out);
      expect([again.width, again.height]).toEqual([photo.width, photo.height]);
      expect((await sharp(out).metadata()).orientation ?? 1).toBe(1);
      expect(again.data).toEqual(photo.data);
    },
  );
});

describe('pixels', () => {
  it.each(['png', 'tiff', 'webp'] as const)('lossless %s comes back as it was', async (format) => {
    const source = file(`lossless.${format}`);
    const image = rawImage(pattern());
    await (
      format === 'webp' ? image.webp({ lossless: true }) : image[format]({ compression: 'lzw' })
    ).toFile(source);
    const photo = await decodePhoto(source);
    expect(photo.data).toEqual(pattern());
    const { path } = await encodePhoto(photo, photo.data, {}, file(`lossless-out.${format}`));
    expect((await decodePhoto(path)).data).toEqual(pattern());
  });

  it('keeps the numbers of a wide-gamut photo', async () => {
    const path = await cameraJpeg(folder);
    const { data } = await sharp(path, { ignoreIcc: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const photo = await decodePhoto(path);
    expect(Buffer.from(photo.data).equals(data)).toBe(true);
    const { path: out } = await encodePhoto(photo, photo.data, { format: 'png' }, file('wide.png'));
    expect((await decodePhoto(out)).data).toEqual(photo.data);
  });

  it('keeps alpha, also of invisible pixels', async () => {
    const rgba = new Uint8Array(WIDTH * HEIGHT * 4);
    const rgb = pattern();
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
      rgba[i * 4 + 3] = i % 256;
    }
    await rawImage(rgba, WIDTH, HEIGHT, 4).png().toFile(file('alpha.png'));
    const photo = await decodePhoto(file('alpha.png'));
    expect(photo.data).toEqual(rgb);
    for (const format of ['png', 'tiff', 'webp'] as const) {
      const { path } = await encodePhoto(
        photo,
        photo.data,
        { format },
        file(`alpha-out.${format}`),
      );
      const again = await decodePhoto(path);
      expect(again.alpha).toEqual(photo.alpha);
      expect(again.data).toEqual(rgb);
    }
    const jpeg = await encodePhoto(photo, photo.data, { format: 'jpeg' }, file('alpha-out.jpg'));
    expect(jpeg.warnings).toHaveLength(1);
  });

  it('writes grey photos as grey', async () => {
    const gray = Uint8Array.from({ length: 256 }, (_, i) => i);
    await rawImage(gray, 16, 16, 1).toColourspace('b-w').png().toFile(file('gray.png'));
    const photo = await decodePhoto(file('gray.png'));
    expect(photo.info.gray).toBe(true);
    const { path } = await encodePhoto(photo, photo.data, {}, file('gray-out.png'));
    const { channels } = await sharp(path).metadata();
    expect(channels).toBe(1);
    expect((await decodePhoto(path)).data).toEqual(photo.data);
  });

  it('reads palettes as colours', async () => {
    await rawImage(pattern()).png({ palette: true, colours: 256 }).toFile(file('palette.png'));
    const photo = await decodePhoto(file('palette.png'));
    const { data } = await sharp(file('palette.png'))
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(Buffer.from(photo.data).equals(data)).toBe(true);
  });

  it('converts CMYK to sRGB and says so', async () => {
    await rawImage(pattern()).toColourspace('cmyk').jpeg().toFile(file('cmyk.jpg'));
    const photo = await decodePhoto(file('cmyk.jpg'));
    expect(photo.data).toHaveLength(WIDTH * HEIGHT * 3);
    expect(photo.info.metadata.icc).toBeNull();
    expect(photo.info.warnings[0]).toMatch(/CMYK.*sRGB/);
  });

  it('reads 16 bit with 8 and says so', async () => {
    const wide = Uint16Array.from(pattern(), (value) => value * 257);
    await sharp(wide, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(file('deep.png'));
    const photo = await decodePhoto(file('deep.png'));
    expect(photo.data).toEqual(pattern());
    expect(photo.info.sourceDepth).toBe(16);
    expect(photo.info.warnings[0]).toMatch(/16 bits/);
  });

  it('recognizes the quality a JPEG was written with', async () => {
    for (const quality of [60, 80, 92, 97]) {
      const jpeg = await rawImage(pattern()).jpeg({ quality }).toBuffer();
      writeFileSync(file('q.jpg'), jpeg);
      expect((await decodePhoto(file('q.jpg'))).info.jpegQuality).toBeCloseTo(quality, -0.3);
    }
  });
});

describe('writing', () => {
  it('never overwrites unless told to, and leaves nothing beside', async () => {
    const photo = await decodePhoto(await cameraJpeg(folder));
    const target = join(folder, 'names', 'a.png');
    await expect(encodePhoto(photo, photo.data, {}, target)).rejects.toMatchObject({
      code: 'output-unwritable',
    });
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, 'names'));
    const first = await encodePhoto(photo, photo.data, { onExist: 'rename' }, target);
    const second = await encodePhoto(photo, photo.data, { onExist: 'rename' }, target);
    expect([first.path, second.path]).toEqual([target, join(folder, 'names', 'a-2.png')]);
    for (const onExist of ['error', 'skip'] as const) {
      await expect(encodePhoto(photo, photo.data, { onExist }, target)).rejects.toMatchObject({
        code: 'output-exists',
      });
    }
    await encodePhoto(photo, photo.data, { onExist: 'overwrite' }, target);
    expect(readdirSync(join(folder, 'names')).sort()).toEqual(['a-2.png', 'a.png']);
  });

  it('refuses what the format cannot hold', async () => {
    const photo = await decodePhoto(await cameraJpeg(folder));
    const long = { ...photo, width: 20000, height: 1, data: new Uint8Array(60000) };
    await expect(
      encodePhoto(long, long.data, { format: 'webp' }, file('long.webp')),
    ).rejects.toMatchObject({
      code: 'image-too-large',
    });
  });
});
