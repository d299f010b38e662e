/** PSNR and SSIM of pictures with known values. */
import { describe, expect, it } from 'vitest';
import { psnr, ssim } from '../../src/main/app/metrics.js';

const gray = (
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): Uint8Array => {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    data.fill(value(i % width, Math.floor(i / width)), i * 3, i * 3 + 3);
  return data;
};

describe('psnr', () => {
  it('of a constant difference of 10 is 20 log10(25.5)', () => {
    const [a, b] = [gray(8, 8, () => 100), gray(8, 8, () => 110)];
    expect(psnr(a, b)).toBeCloseTo(20 * Math.log10(25.5), 10);
    expect(psnr(a, a)).toBe(Infinity);
  });
});

describe('ssim', () => {
  const NEVER = new AbortController().signal;

  it('of two flat pictures is their luminance term', async () => {
    const c1 = (0.01 * 255) ** 2;
    const expected = (2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1);
    const [a, b] = [gray(20, 20, () => 100), gray(20, 20, () => 150)];
    expect(await ssim(NEVER, a, b, 20, 20)).toBeCloseTo(expected, 10);
  });

  it('is negative for a picture and its negative, and 1 for equal pictures', async () => {
    const wave = gray(40, 30, (x, y) => Math.round(128 + 80 * Math.sin(x / 2) * Math.cos(y / 3)));
    const negative = wave.map((value) => 256 - value);
    expect(await ssim(NEVER, wave, wave, 40, 30)).toBeCloseTo(1, 12);
    expect(await ssim(NEVER, wave, negative, 40, 30)).toBeLessThan(-0.8);
  });

  it('is NaN for pictures smaller than its window', async () => {
    const flat = gray(10, 20, () => 1);
    expect(await ssim(NEVER, flat, flat, 10, 20)).toBeNaN();
  });

  it('does not depend on the size of the strips', async () => {
    const [across, along] = [1900, 173];
    const one = (x: number, y: number) => (x * 7919 + y * 104729) % 251;
    const other = (x: number, y: number) => (one(x, y) * 3 + x) % 256;
    const wide = [gray(across, along, one), gray(across, along, other)] as const;
    const turned = (f: typeof one) => gray(along, across, (x, y) => f(y, x));
    const tall = [turned(one), turned(other)] as const;
    expect(await ssim(NEVER, ...wide, across, along)).toBeCloseTo(
      await ssim(NEVER, ...tall, along, across),
      12,
    );
  });

  it('of a large picture can be cancelled', async () => {
    const large = gray(3000, 2000, (x, y) => (x + y) % 256);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    await expect(ssim(controller.signal, large, large, 3000, 2000)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
