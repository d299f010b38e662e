/** Writes sharp photos and the same photos blurred by camera paths of several lengths. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sizeOf } from '../photos.js';
import { Random } from '../triage/random.js';
import { cameraPath, kernelOf } from './camera-path.js';
import { develop, expose, sensorNoise } from './exposure.js';
import { decodePlanes } from './linear-light.js';
import { writePicture } from './measure.js';
import { hashOf, makeScene, photoOf } from './scenes.js';

/**
 * @typedef {object} Pair
 * @property {import('./scenes.js').Kind} kind
 * @property {string} name
 * @property {string} sharp Path of the sharp photo.
 * @property {Map<number, string>} blurred Paths of the blurred photos by path length in pixels.
 */
/**
 * @typedef {object} Request
 * @property {readonly import('./scenes.js').Source[]} sources
 * @property {string} folder Files that are there already are not made again.
 * @property {readonly number[]} megapixels Size of each photo, in turn.
 * @property {number} count Number of photos; native and enlarged ones take turns.
 * @property {readonly number[]} lengths Lengths of camera paths in pixels.
 * @property {number} seed
 * @property {'png' | 'jpeg'} format Format of the blurred photos.
 */

/**
 * Writes the photos that are missing. A photo's paths of all lengths have one shape.
 * @param {Request} request
 * @returns {Promise<Pair[]>}
 */
export async function writePairs(request) {
  const { sources, folder, megapixels, count, lengths, seed, format } = request;
  await mkdir(folder, { recursive: true });
  const pairs = [];
  for (let i = 0; i < count; i++) {
    const kind = /** @type {const} */ (['native', 'enlarged'])[i % 2];
    const index = i >> 1;
    // Both kinds get each size.
    const size = sizeOf(megapixels[index % megapixels.length]);
    const name = `${kind}-${index}-${size.width}x${size.height}-${hashOf(sources)}-${seed}`;
    const sharp = join(folder, `${name}-sharp.png`);
    const blurred = new Map(
      lengths.map((length) => [length, join(folder, `${name}-${length}.${format}`)]),
    );
    const missing = [...blurred].filter(([, file]) => !existsSync(file));
    if (missing.length > 0 || !existsSync(sharp)) {
      const scene = await makeScene(sources, kind, size, index);
      await writePicture(sharp, photoOf(scene));
      const light = decodePlanes(scene);
      const path = cameraPath(new Random(1000 * seed + i));
      for (const [length, file] of missing) {
        const planes = expose(light, size, kernelOf(path, length));
        const random = new Random(1e6 * length + 1000 * seed + i);
        await writePicture(file, develop(planes, size, sensorNoise(1), random));
      }
    }
    pairs.push({ kind, name, sharp, blurred });
  }
  return pairs;
}
