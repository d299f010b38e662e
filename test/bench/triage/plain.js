/**
 * Makes two of each real photo, one unchanged and one moved. They have what the simulated camera
 * lacks: grain of film, processing of telephones, traces of earlier compression.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { smear } from './camera.js';
import { encode, writeJpeg } from './develop.js';
import { motionKernel } from './motion.js';
import { Random } from './random.js';
import { TO_LINEAR } from './scene.js';
import { keptList, LENGTHS } from './set.js';

/** Least side in pixels; smaller photos have too few patches. */
const LEAST_SIDE = 200;

/**
 * Makes the photos. Resumable after any interruption.
 * @param {string} folder
 * @param {{ seed: number, photos: string, onProgress: import('./set.js').OnProgress }} options
 *   `photos`: folder of real photos.
 * @returns {Promise<import('./set.js').Photo[]>}
 */
export async function makePlain(folder, { seed, photos, onProgress }) {
  const names = readdirSync(photos).sort();
  mkdirSync(folder, { recursive: true });
  const kept = keptList(folder, { seed, names });
  for (let i = kept.list.length; i < 2 * names.length; i++) {
    const random = new Random(seed * 100_003 + i);
    const blurred = i % 2 === 1;
    const curved = random.next() < 0.5;
    const length = blurred ? random.ratio(...LENGTHS) : 0;
    const name = `${String(i).padStart(4, '0')}.jpg`;
    const kernel = blurred ? motionKernel(random, length, curved) : null;
    await make(join(folder, name), join(photos, names[i >> 1]), random, kernel);
    const motion = !blurred ? null : curved ? 'curved' : 'linear';
    kept.add({ name, blurred, scene: 'plain', motion, length, real: true });
    onProgress(i + 1, 2 * names.length);
  }
  return kept.list.map((photo) => ({ ...photo, path: join(folder, photo.name) }));
}

/**
 * @param {string} path
 * @param {string} photo Path of the real photo.
 * @param {Random} random
 * @param {import('./motion.js').Kernel | null} kernel `null` = no motion.
 */
async function make(path, photo, random, kernel) {
  const { width: w0, height: h0 } = await sharp(photo).metadata();
  const scale = random.next() < 0.5 ? 1 : random.between(0.5, 1);
  const [width, height] = [w0, h0].map((side) => Math.max(LEAST_SIDE, Math.round(side * scale)));
  const data = await sharp(photo)
    .flatten()
    .toColourspace('srgb')
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const light = Uint16Array.from(data, (level) => TO_LINEAR[level]);
  const size = { width, height };
  const rgb = encode(kernel === null ? light : smear(light, size, kernel));
  // Motion also smears the grain, so both photos get new grain.
  const grain = random.next() < 0.3 ? 0 : random.between(0, 3);
  const noisy = Uint8ClampedArray.from(rgb, (level) => level + grain * random.normal());
  const quality = Math.round(random.between(85, 96));
  await writeJpeg(path, noisy, size, quality, random.next() < 0.6 ? '4:2:0' : '4:4:4');
}
