/**
 * Simulates what a camera makes of the light on its sensor: noise, demosaicing, sharpening, tone,
 * a JPEG file. The pixel references depend on every bit of it.
 */
import sharp from 'sharp';
import { filterAt } from './camera.js';

/**
 * @typedef {import('./random.js').Random} Random
 * @typedef {import('./camera.js').Size} Size
 * @typedef {import('./camera.js').Exposure} Exposure
 */

const WHITE = 65535;
const GREEN = 1;
const TABLE = 1 << 16;

/**
 * Adds the noise of photons and of reading the sensor, in place.
 * @param {Exposure} raw
 * @param {Random} random
 * @param {number} full Electrons at white.
 * @param {number} read Deviation of the reading noise, in electrons.
 */
export function addNoise(raw, random, full, read) {
  const table = Float32Array.from({ length: TABLE }, () => random.normal());
  let state = random.integer(2 ** 31) | 1;
  for (let i = 0; i < raw.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const electrons = (raw[i] / WHITE) * full;
    const noisy = electrons + Math.sqrt(electrons + read ** 2) * table[state & (TABLE - 1)];
    raw[i] = noisy <= 0 ? 0 : noisy >= full ? WHITE : (noisy / full) * WHITE;
  }
}

const CURVE = Uint8Array.from({ length: 4096 }, (_, i) => {
  const v = i / 4095;
  return Math.round(255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));
});

/**
 * Develops an exposure to 8-bit sRGB, RGB interleaved. Interpolates green along the weaker gradient
 * and the others by their difference to green, then applies an unsharp mask, as cameras do.
 * @param {Exposure} raw
 * @param {Size} size
 * @param {number} sharpen Strength of the unsharp mask; 0 = none.
 */
export function develop(raw, { width, height }, sharpen) {
  const green = greens(raw, width, height);
  const rgb = new Uint8Array(width * height * 3);
  /**
   * @param {number} x
   * @param {number} y
   */
  const difference = (x, y) => raw[y * width + x] - green[y * width + x];
  for (let y = 0; y < height; y++) {
    const [up, down] = [y === 0 ? 1 : y - 1, y === height - 1 ? y - 1 : y + 1];
    for (let x = 0; x < width; x++) {
      const [left, right] = [x === 0 ? 1 : x - 1, x === width - 1 ? x - 1 : x + 1];
      const at = y * width + x;
      const g = green[at];
      const own = filterAt(x, y);
      const across = (difference(left, y) + difference(right, y)) / 2;
      const along = (difference(x, up) + difference(x, down)) / 2;
      const corner = () =>
        (difference(left, up) +
          difference(right, up) +
          difference(left, down) +
          difference(right, down)) /
        4;
      const beside = (y & 1) === 0 ? [across, along] : [along, across];
      const diagonal = own === 0 ? [difference(x, y), corner()] : [corner(), difference(x, y)];
      const [r, b] = own === GREEN ? beside : diagonal;
      let detail = 0;
      if (sharpen > 0) {
        const mean =
          (green[y * width + left] +
            green[y * width + right] +
            green[up * width + x] +
            green[down * width + x]) /
          4;
        detail = sharpen * (g - mean);
      }
      rgb[3 * at] = tone(g + r + detail);
      rgb[3 * at + 1] = tone(g + detail);
      rgb[3 * at + 2] = tone(g + b + detail);
    }
  }
  return rgb;
}

/**
 * Encodes linear light as 8-bit sRGB.
 * @param {Iterable<number>} light
 */
export const encode = (light) => Uint8Array.from(light, tone);

/** @param {number} linear */
function tone(linear) {
  const i = (linear * 4095) / WHITE;
  return CURVE[i <= 0 ? 0 : i >= 4095 ? 4095 : (i + 0.5) | 0];
}

/**
 * Interpolates green at the red and blue pixels.
 * @param {Exposure} raw
 * @param {number} width
 * @param {number} height
 */
function greens(raw, width, height) {
  const out = new Float32Array(raw.length);
  for (let y = 0; y < height; y++) {
    const [up, down] = [y === 0 ? 1 : y - 1, y === height - 1 ? y - 1 : y + 1];
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (filterAt(x, y) === GREEN) {
        out[at] = raw[at];
        continue;
      }
      const [left, right] = [x === 0 ? 1 : x - 1, x === width - 1 ? x - 1 : x + 1];
      const [l, r] = [raw[y * width + left], raw[y * width + right]];
      const [u, d] = [raw[up * width + x], raw[down * width + x]];
      const [h, v] = [Math.abs(l - r), Math.abs(u - d)];
      out[at] = h === v ? (l + r + u + d) / 4 : h < v ? (l + r) / 2 : (u + d) / 2;
    }
  }
  return out;
}

/**
 * @param {string} path
 * @param {Uint8Array | Uint8ClampedArray} rgb
 * @param {Size} size
 * @param {number} quality
 * @param {'4:2:0' | '4:4:4'} chromaSubsampling
 */
export async function writeJpeg(path, rgb, { width, height }, quality, chromaSubsampling) {
  await sharp(rgb, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling })
    .toFile(path);
}
