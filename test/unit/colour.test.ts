/** Shows photos with profiles as a viewer does; compared with independent colour arithmetic. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  decodePhoto,
  displayColour,
  encodeForDisplay,
  inEightBits,
  type PhotoInfo,
} from '../../src/main/imaging/index.js';
import { curvTag, paraTag, grayProfile, rgbProfile } from './profiles.js';
import { temporaryFolder } from './photos.js';

const folder = temporaryFolder();

type Triple = readonly [number, number, number];

/** Chromaticities of the primaries, with D65 for white. */
const ADOBE = { red: [0.64, 0.33], green: [0.21, 0.71], blue: [0.15, 0.06] } as const;
const P3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] } as const;
const D65 = [0.3127, 0.329] as const;
type Primaries = typeof ADOBE | typeof P3;

const srgb = {
  decode: (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4),
  encode: (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055),
};
const ADOBE_GAMMA = 563 / 256;

function xyzOf([x, y]: readonly [number, number]): Triple {
  return [x / y, 1, (1 - x - y) / y];
}

/** Converts between linear RGB of a space and XYZ under D65. */
function toXyz(space: Primaries): number[][] {
  const columns = [space.red, space.green, space.blue].map(xyzOf);
  const rows = [0, 1, 2].map((r) => columns.map((column) => column[r]!));
  const scale = solve(rows, xyzOf(D65));
  return rows.map((row) => row.map((value, c) => value * scale[c]!));
}

/** Inverts a matrix by Cramer's rule. */
function solve(m: readonly (readonly number[])[], v: readonly number[]): Triple {
  const det = (a: readonly (readonly number[])[]) =>
    a[0]![0]! * (a[1]![1]! * a[2]![2]! - a[1]![2]! * a[2]![1]!) -
    a[0]![1]! * (a[1]![0]! * a[2]![2]! - a[1]![2]! * a[2]![0]!) +
    a[0]![2]! * (a[1]![0]! * a[2]![1]! - a[1]![1]! * a[2]![0]!);
  const replaced = (c: number) => m.map((row, r) => row.map((x, i) => (i === c ? v[r]! : x)));
  return [0, 1, 2].map((c) => det(replaced(c)) / det(m)) as unknown as Triple;
}

function adobeInP3(colour: Triple): number[] {
  const linear = colour.map((v) => (v / 255) ** ADOBE_GAMMA);
  const xyz = toXyz(ADOBE).map((row) => row.reduce((sum, x, i) => sum + x * linear[i]!, 0));
  const p3 = solve(toXyz(P3), xyz);
  return p3.map((v) => 255 * srgb.encode(Math.min(1, Math.max(0, v))));
}

const COLOURS: Triple[] = [
  [200, 100, 50],
  [40, 160, 90],
  [30, 60, 200],
  [128, 128, 128],
  [250, 240, 235],
  [12, 8, 20],
  [230, 60, 120],
  [255, 255, 255],
];

/** Returns the pixels on the screen of a file with these pixels and this profile. */
async function shown(name: string, pixels: Uint8Array, channels: 1 | 3, icc: Buffer) {
  const width = pixels.length / channels;
  const png = await sharp(pixels, { raw: { width, height: 1, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
  const path = join(folder, `${name}.png`);
  writeFileSync(path, withProfile(png, icc));
  const photo = await decodePhoto(path);
  expect(photo.info.metadata.icc).not.toBeNull();
  expect(photo.info.gray).toBe(channels === 1);
  const data = inEightBits(photo.data);
  const picture = await encodeForDisplay(
    { width, height: 1, data },
    displayColour(photo.info),
    true,
  );
  const tag = (await sharp(picture.bytes).metadata()).icc;
  expect(tag).toBeDefined();
  return sharp(picture.bytes, { ignoreIcc: true }).raw().toBuffer();
}

/** Returns a PNG with an iCCP chunk after its header. */
function withProfile(png: Buffer, icc: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('iCCPtest\0\0'), deflateSync(icc)]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(body.length - 4);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

describe('a photo in Adobe RGB', () => {
  it('is converted by its primaries and gamma', async () => {
    const icc = rgbProfile('Adobe RGB (1998)', ADOBE, ADOBE_GAMMA);
    const pixels = await shown('adobe', Uint8Array.from(COLOURS.flat()), 3, icc);
    COLOURS.forEach((colour, i) => {
      const expected = adobeInP3(colour);
      expected.forEach((value, c) => {
        expect(Math.abs(pixels[3 * i + c]! - value), colour.join()).toBeLessThanOrEqual(1.5);
      });
    });
    // Far from the same numbers in sRGB.
    expect(pixels[3]! - COLOURS[1]![0]).not.toBe(0);
  });
});

describe('a photo in Display P3', () => {
  it('is shown with unchanged numbers', async () => {
    const icc = (await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
      .withIccProfile('p3')
      .png()
      .toBuffer()
      .then((png) => sharp(png).metadata())
      .then(({ icc: found }) => found))!;
    const pixels = await shown('p3', Uint8Array.from(COLOURS.flat()), 3, icc);
    COLOURS.flat().forEach((value, i) => {
      expect(Math.abs(pixels[i]! - value)).toBeLessThanOrEqual(1);
    });
  });
});

describe('a grey photo', () => {
  const ramp = Uint8Array.from({ length: 256 }, (_, i) => i);
  const dotGain = (x: number) => 0.75 * x * x + 0.25 * x ** 1.2;
  const linear = (l: number) => (l > 8 ? ((l + 16) / 116) ** 3 : l / 903.3);
  it.each([
    ['gamma 2.2', grayProfile(curvTag([Math.round(2.2 * 256)])), (x: number) => x ** (563 / 256)],
    ['dot gain', grayProfile(curvTag(samples(dotGain))), dotGain],
    ['parametric', grayProfile(paraTag(0, [1.8])), (x: number) => x ** 1.8],
    [
      'parametric sRGB',
      grayProfile(paraTag(3, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])),
      srgb.decode,
    ],
    ['lightness', grayProfile(curvTag([]), 'Lab '), (x: number) => linear(100 * x)],
  ])('with %s is shown with its own tone curve', async (name, icc, toLight) => {
    const pixels = await shown(name, ramp, 1, icc);
    ramp.forEach((value) => {
      const expected = 255 * srgb.encode(toLight(value / 255));
      for (let c = 0; c < 3; c++) {
        expect(Math.abs(pixels[3 * value + c]! - expected), `${value}`).toBeLessThanOrEqual(1);
      }
    });
  });

  it('with a truncated profile is shown as sRGB', () => {
    const whole = grayProfile(curvTag(samples(dotGain)));
    const cut = whole.subarray(0, whole.length - 300);
    const info = { gray: true, metadata: { icc: cut } } as unknown as PhotoInfo;
    const colour = displayColour(info);
    expect(colour).toMatchObject({ kind: 'gray', tones: ramp });
  });
});

function samples(f: (x: number) => number): number[] {
  return Array.from({ length: 256 }, (_, i) => Math.round(65535 * f(i / 255)));
}
