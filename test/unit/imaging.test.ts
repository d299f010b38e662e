/** Pixels in and out: orientations, encodings, alpha, grey, palettes, depth. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodePhoto,
  encodePhoto,
  type EncodeOptions,
  type Samples,
} from '../../src/main/imaging/index.js';
import { HEIGHT, WIDTH, cameraJpeg, pattern, rawImage, temporaryFolder } from './photos.js';
import { warningInEnglish } from '../../src/shared/texts/explain.js';

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

/** 16 bits, hardly two values alike. */
function deep(): Uint16Array {
  return new Uint16Array(WIDTH * HEIGHT * 3).map((_, i) => (i * 9973 + 17) % 65536);
}

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
    expect(warningInEnglish(photo.info.warnings[0]!)).toMatch(/CMYK.*sRGB/);
  });

  it.each(['png', 'tiff'] as const)('keeps all 65536 levels of a %s', async (format) => {
    const wide = deep();
    const raw = { raw: { width: WIDTH, height: HEIGHT, channels: 3 } } as const;
    const image = sharp(wide, raw).toColourspace('rgb16');
    await image[format]({ compression: 'lzw' }).toFile(file(`deep.${format}`));
    const photo = await decodePhoto(file(`deep.${format}`));
    expect(photo.data).toEqual(wide);
    expect(photo.info.warnings).toEqual([]);
    const out = (options: EncodeOptions, name: string) =>
      encodePhoto(photo, photo.data, options, file(name));
    const kept = await out({}, `deep-out.${format}`);
    expect((await decodePhoto(kept.path)).data).toEqual(wide);
    expect(kept.warnings).toEqual([]);
    const eight = Uint8Array.from(wide, (value) => Math.round(value / 257));
    const asked = await out({ depth: 8 }, `deep-8.${format}`);
    expect((await decodePhoto(asked.path)).data).toEqual(eight);
    expect(asked.warnings).toEqual([]);
    const webp = await out({ format: 'webp' }, `deep-${format}.webp`);
    expect((await decodePhoto(webp.path)).data).toEqual(eight);
    expect(webp.warnings).toEqual([{ code: 'depth-reduced', params: { format: 'WEBP' } }]);
  });

  it('writes 16 bits of 8 when asked to', async () => {
    await rawImage(pattern()).png().toFile(file('eight.png'));
    const photo = await decodePhoto(file('eight.png'));
    const { path } = await encodePhoto(photo, photo.data, { depth: 16 }, file('sixteen.png'));
    const again = await decodePhoto(path);
    expect(again.data).toEqual(Uint16Array.from(pattern(), (value) => value * 257));
    const jpeg = await encodePhoto(photo, photo.data, { depth: 16 }, file('sixteen.jpg'));
    expect(jpeg.warnings).toEqual([{ code: 'depth-reduced', params: { format: 'JPEG' } }]);
  });

  it('keeps 16 bits of grey and of alpha', async () => {
    const [width, height] = [64, 32];
    const gray = Uint16Array.from({ length: width * height }, (_, i) => (i * 31) % 65536);
    const alpha = Uint16Array.from(gray, (value) => 65535 - value);
    const two = new Uint16Array(gray.length * 2).map((_, i) => (i % 2 ? alpha : gray)[i >> 1]!);
    const four = new Uint16Array(gray.length * 4).map((_, i) =>
      i % 4 === 3 ? alpha[i >> 2]! : (gray[i >> 2]! + 1000 * (i % 4)) % 65536,
    );
    for (const [name, data, channels, space] of [
      ['grey', gray, 1, 'grey16'],
      ['grey-alpha', two, 2, 'grey16'],
      ['alpha', four, 4, 'rgb16'],
    ] as const) {
      await sharp(data, { raw: { width, height, channels } })
        .toColourspace(space)
        .png()
        .toFile(file(`${name}16.png`));
      const photo = await decodePhoto(file(`${name}16.png`));
      expect([name, photo.info.gray]).toEqual([name, channels < 3]);
      if (channels < 3) expect(photo.data.filter((_, i) => i % 3 === 0)).toEqual(gray);
      expect(photo.alpha).toEqual(channels % 2 ? null : alpha);
      for (const format of ['png', 'tiff'] as const) {
        const { path } = await encodePhoto(photo, photo.data, { format }, file(`${name}-out`));
        const header = await sharp(path).metadata();
        expect([header.channels, header.depth]).toEqual([channels, 'ushort']);
        const again = await decodePhoto(path);
        expect(again.data).toEqual(photo.data);
        expect(again.alpha).toEqual(photo.alpha);
      }
    }
  });

  it('writes AVIF with the profile, the metadata and up to 12 bits, and reads it', async () => {
    const camera = await decodePhoto(await cameraJpeg(folder, 6));
    const { path, warnings } = await encodePhoto(camera, camera.data, {}, file('camera.avif'));
    expect(warnings).toEqual([]);
    const again = await decodePhoto(path);
    expect([again.info.format, again.width, again.height]).toEqual(['avif', 32, 48]);
    expect(again.info.metadata.icc).toEqual(camera.info.metadata.icc);
    expect(again.info.metadata.exif?.length).toBeGreaterThan(100);
    expect(again.info.metadata.xmp?.length).toBeGreaterThan(100);
    expect(readdirSync(folder).filter((name) => name.startsWith('.unsmear'))).toEqual([]);

    const smooth = new Uint16Array(64 * 64 * 3).map((_, i) => 8000 + 4 * i);
    const raw = { raw: { width: 64, height: 64, channels: 3 } } as const;
    await sharp(smooth, raw).toColourspace('rgb16').png().toFile(file('smooth.png'));
    const photo = await decodePhoto(file('smooth.png'));
    const deepAvif = await encodePhoto(photo, photo.data, { quality: 95 }, file('smooth.avif'));
    expect((await sharp(deepAvif.path).metadata()).bitsPerSample).toBe(12);
    const { data } = await decodePhoto(deepAvif.path);
    expect(new Set(data).size).toBeGreaterThan(1000);
    expect(Math.max(...data.map((value, i) => Math.abs(value - smooth[i]!)))).toBeLessThan(300);
    const eight = await encodePhoto(photo, photo.data, { depth: 8 }, file('smooth-8.avif'));
    expect((await sharp(eight.path).metadata()).bitsPerSample).toBe(8);
  });

  it.each([1, 2, 4] as const)('writes %i channels as AVIF', async (channels) => {
    const data = new Uint8Array(48 * 32 * channels).map((_, i) => 40 + ((i * 3) % 160));
    const image = rawImage(data, 48, 32, channels);
    await (channels < 3 ? image.toColourspace('b-w') : image).png().toFile(file('some.png'));
    const photo = await decodePhoto(file('some.png'));
    const { path } = await encodePhoto(photo, photo.data, { quality: 100 }, file('some.avif'));
    const again = await decodePhoto(path);
    expect(again.alpha === null).toBe(photo.alpha === null);
    const worst = (a: Samples, b: Samples) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));
    expect(worst(again.data, photo.data)).toBeLessThan(12);
    if (photo.alpha !== null) expect(worst(again.alpha!, photo.alpha)).toBeLessThan(12);
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
