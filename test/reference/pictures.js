/**
 * Ten drawn pictures with known blur, the same on every machine: the input of the pixel
 * references. They need no licence and no space, and no network was trained on them.
 */
import { join } from 'node:path';
import sharp from 'sharp';
import { defocus, expose, mix, soften } from '../bench/triage/camera.js';
import { addNoise, develop } from '../bench/triage/develop.js';
import { motionKernel, STILL } from '../bench/triage/motion.js';
import { Random } from '../bench/triage/random.js';
import { drawnScene, part } from '../bench/triage/scene.js';

export const WIDTH = 512;
export const HEIGHT = 384;
const SIZE = { width: WIDTH, height: HEIGHT };

/**
 * @typedef {object} Plan
 * @property {number} length Extent of the motion in pixels; 0 = camera and scene at rest.
 * @property {boolean} [curved] Motion along a curved path instead of a straight one.
 * @property {boolean} [partial] Motion of half of the frame only.
 * @property {number} [defocus] Radius of the blur circle around the part in focus, in pixels.
 * @property {number} [electrons] Electrons at white: the fewer, the more noise.
 */

/** @type {readonly Plan[]} */
const PLANS = [
  { length: 8 },
  { length: 14, curved: true },
  { length: 10, partial: true },
  { length: 22 },
  { length: 7, curved: true },
  { length: 0 },
  { length: 12, electrons: 4000 },
  { length: 16, curved: true, partial: true },
  { length: 8, defocus: 6 },
  { length: 32, curved: true },
];

export const PICTURES = PLANS.length;

/**
 * Draws one of the pictures.
 * @param {number} index 0 to `PICTURES` - 1.
 * @returns {Uint8Array} 8-bit sRGB, `WIDTH` × `HEIGHT` × 3, interleaved.
 */
export function drawPicture(index) {
  const plan = PLANS[index];
  if (plan === undefined) throw new RangeError(`There is no picture ${index}.`);
  const random = new Random(7100 + index);
  const detail = { busy: random.ratio(15, 60), lines: random.next() };
  let light = drawnScene(random, { ...SIZE, ...detail });
  if (plan.defocus) light = defocus(light, SIZE, plan.defocus, part(random, SIZE, 0.4));
  soften(light, SIZE, 0.6);
  let raw = expose(light, SIZE, STILL);
  if (plan.length > 0) {
    const moved = expose(light, SIZE, motionKernel(random, plan.length, plan.curved ?? false));
    raw = plan.partial ? mix(raw, moved, part(random, SIZE, 0.5)) : moved;
  }
  addNoise(raw, random, plan.electrons ?? 20_000, 2);
  return develop(raw, SIZE, 0.3);
}

/**
 * Writes all pictures as PNG files.
 * @param {string} folder
 * @returns {Promise<string[]>} Their paths.
 */
export async function writePictures(folder) {
  const paths = [];
  for (let index = 0; index < PICTURES; index++) {
    const path = join(folder, `picture${index}.png`);
    const picture = sharp(drawPicture(index), { raw: { ...SIZE, channels: 3 } });
    await picture.png({ compressionLevel: 1 }).toFile(path);
    paths.push(path);
  }
  return paths;
}
