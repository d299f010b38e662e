/** PSNR and SSIM on cases whose answer is known without them. */
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
  it('of two flat pictures is their luminance term', () => {
    const c1 = (0.01 * 255) ** 2;
    const expected = (2 * 100 * 150 + c1) / (100 ** 2 + 150 ** 2 + c1);
    expect(
      ssim(
        gray(20, 20, () => 100),
        gray(20, 20, () => 150),
        20,
        20,
      ),
    ).toBeCloseTo(expected, 10);
  });

  it('of a picture and its negative about the mean is negative, of itself 1', () => {
    const wave = gray(40, 30, (x, y) => Math.round(128 + 80 * Math.sin(x / 2) * Math.cos(y / 3)));
    const negative = wave.map((value) => 256 - value);
    expect(ssim(wave, wave, 40, 30)).toBeCloseTo(1, 12);
    expect(ssim(wave, negative, 40, 30)).toBeLessThan(-0.8);
  });

  it('has no answer for pictures smaller than its window', () => {
    expect(
      ssim(
        gray(10, 20, () => 1),
        gray(10, 20, () => 1),
        10,
        20,
      ),
    ).toBeNaN();
  });
});
