/** Generates pictures with noise, and measures it. */
import type { RgbImage } from '../../src/main/imaging/index.js';
import type { Rect } from '../../src/shared/contracts/restore.js';

export interface NoisyOptions {
  /** Deviation of the noise in 8-bit levels. */
  readonly deviation: number;
  /** Each value is the mean of so many neighbours in a row, as after noise reduction. */
  readonly smoothed?: number;
  readonly bits?: 8 | 16;
}

/** Lightness without noise: steps of 40 levels with a texture of stripes on the right quarter. */
function lightnessAt(x: number, y: number, width: number): number {
  const flat = 60 + 40 * Math.floor((3 * x) / width);
  return x < 0.75 * width ? flat : flat + 25 * Math.sin(x / 2) * Math.cos(y / 3);
}

/** Returns a picture without noise, and the same with noise in every channel. */
export function noisyPair(
  width: number,
  height: number,
  { deviation, smoothed = 1, bits = 8 }: NoisyOptions,
): { clean: RgbImage; noisy: RgbImage } {
  const random = generator(7);
  const scale = bits === 8 ? 1 : 257;
  const make = () => new (bits === 8 ? Uint8Array : Uint16Array)(width * height * 3);
  const [clean, noisy] = [make(), make()];
  const drawn = Float64Array.from({ length: width * height * 3 }, random);
  for (let i = 0; i < drawn.length; i++) {
    const pixel = Math.floor(i / 3);
    const value = lightnessAt(pixel % width, Math.floor(pixel / width), width);
    let noise = 0;
    for (let k = 0; k < smoothed; k++) noise += drawn[(i + 3 * k) % drawn.length]!;
    clean[i] = Math.round(scale * value);
    noisy[i] = Math.round(scale * (value + (deviation * noise) / Math.sqrt(smoothed)));
  }
  return { clean: { width, height, data: clean }, noisy: { width, height, data: noisy } };
}

/** Returns normal values (Box-Muller) from a linear congruential generator. */
function generator(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Returns the standard deviation of lightness in a part of a picture, in 8-bit levels. */
export function deviationIn({ width, data }: RgbImage, { x, y, w, h }: Rect): number {
  const values: number[] = [];
  for (let row = y; row < y + h; row++) {
    for (let column = x; column < x + w; column++) {
      const i = 3 * (row * width + column);
      values.push(0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!);
    }
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / values.length) / (data instanceof Uint8Array ? 1 : 257);
}
