/** Exposes scenes like a camera: motion in linear light, sensor noise, encoding to 8 bits. */
import { codeOf } from './linear-light.js';

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {import('../triage/random.js').Random} Random
 * @typedef {import('./camera-path.js').Kernel} Kernel
 * @typedef {import('./linear-light.js').Picture} Picture
 * @typedef {import('./linear-light.js').Plane} Plane
 * @typedef {import('./linear-light.js').Planes} Planes
 * @typedef {{ shot: number, read: number }} Noise Variance in linear light: shot × light + read².
 */

/** Pixels of a scene beyond each side of the photo: light from there moves into it. */
export const MARGIN = 160;

/**
 * A camera path that stays where it is.
 * @type {Kernel}
 */
export const STILL = [{ dx: 0, dy: 0, weight: 1 }];

/** Electrons that a pixel of a full-frame camera with 24 megapixels holds at base sensitivity. */
const FULL_WELL = 50_000;
const READ_ELECTRONS = 4;
const TABLE = 1 << 16;

/**
 * Returns the noise of a sensor. At gain 1 (ISO 100) mid-grey has a deviation of 0.6 codes, at gain
 * 64 of 4.8.
 * @param {number} gain Sensitivity in units of ISO 100.
 * @returns {Noise}
 */
export function sensorNoise(gain) {
  return { shot: gain / FULL_WELL, read: (gain * READ_ELECTRONS) / FULL_WELL };
}

/** Width of the columns in which a plane is blurred, so that what a row needs fits a cache. */
const COLUMN = 512;

/**
 * Returns the light that a moving camera collects.
 * @param {Planes} scene Planes larger than the photo by `MARGIN` on each side.
 * @param {Size} size Size of the photo.
 * @param {Kernel} kernel
 * @returns {Planes}
 * @throws {Error} If the kernel reaches further than the scene.
 */
export function expose(scene, size, kernel) {
  if (kernel.some(({ dx, dy }) => Math.max(Math.abs(dx), Math.abs(dy)) > MARGIN)) {
    throw new Error(`A path leads further than ${MARGIN} pixels.`);
  }
  const [red, green, blue] = scene;
  return [blur(red, size, kernel), blur(green, size, kernel), blur(blue, size, kernel)];
}

/**
 * @param {Plane} plane
 * @param {Size} size
 * @param {Kernel} kernel
 * @returns {Plane}
 */
function blur(plane, { width, height }, kernel) {
  const stride = width + 2 * MARGIN;
  const out = new Float32Array(width * height);
  const offsets = kernel.map(({ dx, dy }) => (MARGIN + dy) * stride + MARGIN + dx);
  const weights = kernel.map(({ weight }) => weight);
  // Four taps at a time need a quarter of the passes over the result.
  while (weights.length % 4 !== 0) {
    offsets.push(offsets[0]);
    weights.push(0);
  }
  const row = new Float64Array(COLUMN);
  for (let left = 0; left < width; left += COLUMN) {
    const columns = Math.min(COLUMN, width - left);
    for (let y = 0; y < height; y++) {
      const from = y * stride + left;
      row.fill(0);
      for (let k = 0; k < weights.length; k += 4) {
        const [w0, w1, w2, w3] = [weights[k], weights[k + 1], weights[k + 2], weights[k + 3]];
        const [a, b] = [from + offsets[k], from + offsets[k + 1]];
        const [c, d] = [from + offsets[k + 2], from + offsets[k + 3]];
        for (let x = 0; x < columns; x++) {
          row[x] += w0 * plane[a + x] + w1 * plane[b + x] + w2 * plane[c + x] + w3 * plane[d + x];
        }
      }
      out.set(row.subarray(0, columns), y * width + left);
    }
  }
  return out;
}

/**
 * Adds noise to planes and encodes them as an 8-bit picture.
 * @param {Planes} planes
 * @param {Size} size
 * @param {Noise} noise
 * @param {Random} random
 * @returns {Picture}
 */
export function develop(planes, { width, height }, { shot, read }, random) {
  const normals = Float32Array.from({ length: TABLE }, () => random.normal());
  let state = random.integer(2 ** 31) | 1;
  const data = new Uint8Array(3 * width * height);
  for (const [channel, plane] of planes.entries()) {
    for (let i = 0, to = channel; i < plane.length; i++, to += 3) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      const light = plane[i];
      const deviation = Math.sqrt(shot * light + read * read);
      data[to] = codeOf(light + deviation * normals[state & (TABLE - 1)]) + 0.5;
    }
  }
  return { width, height, data };
}
