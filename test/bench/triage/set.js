/** Makes sets of sharp and blurred photos with known motion. The same seed gives the same files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defocus, difference, expose, mix, soften } from './camera.js';
import { addNoise, develop, writeJpeg } from './develop.js';
import { motionKernel, STILL } from './motion.js';
import { Random } from './random.js';
import { addFog, drawnScene, part, photoScene } from './scene.js';

/**
 * @typedef {'plain' | 'bokeh' | 'fog' | 'noise' | 'flat'} SceneKind
 * @typedef {'linear' | 'curved' | 'partial'} Motion
 * @typedef {(done: number, total: number) => void} OnProgress
 * @typedef {import('./camera.js').Size} Size
 */
/**
 * @typedef {object} Kept An entry of a set's index.
 * @property {string} name
 * @property {boolean} blurred
 * @property {SceneKind} scene
 * @property {Motion | null} motion `null` = sharp.
 * @property {number} length Extent of the motion in pixels; 0 = sharp.
 * @property {boolean} real Whether the scene is a real photo.
 */
/** @typedef {Kept & { path: string }} Photo */
/** @typedef {ReturnType<typeof planOf>} Plan */

/**
 * Kinds of scenes: other reasons for softness, or for nothing to see.
 * @type {readonly SceneKind[]}
 */
export const SCENES = ['plain', 'bokeh', 'fog', 'noise', 'flat'];
/**
 * Kinds of motion, a third of the blurred photos each.
 * @type {readonly Motion[]}
 */
export const MOTIONS = ['linear', 'curved', 'partial'];
/** Shortest and longest motion in pixels. */
export const LENGTHS = /** @type {const} */ ([3, 30]);
/** Least mean change by a motion, in levels of 255; less means that it met an empty sky. */
const VISIBLE = 0.7;

/**
 * Makes photos, every second one blurred. Resumable after any interruption.
 * @param {string} folder
 * @param {Size & { seed: number, count: number, photos: string | null, onProgress: OnProgress }}
 *   options `photos`: folder of real photos, from which most scenes are taken; `null` = all drawn.
 * @returns {Promise<Photo[]>}
 */
export async function makeSet(folder, { seed, count, width, height, photos, onProgress }) {
  mkdirSync(folder, { recursive: true });
  const kept = keptList(folder, { seed, width, height, real: photos !== null });
  const real =
    photos === null
      ? []
      : readdirSync(photos)
          .sort()
          .map((name) => join(photos, name));
  for (let i = kept.list.length; i < count; i++) {
    const random = new Random(seed * 100_003 + i);
    const name = `${String(i).padStart(4, '0')}.jpg`;
    let plan = planOf(random, i, real);
    while (!(await make(join(folder, name), random, plan, { width, height }))) {
      plan = planOf(random, i, real);
    }
    const { blurred, scene, motion, length, source } = plan;
    kept.add({ name, blurred, scene, motion, length, real: source !== null });
    onProgress(i + 1, count);
  }
  return kept.list.slice(0, count).map((photo) => ({ ...photo, path: join(folder, photo.name) }));
}

/**
 * Reads the index of the photos that a folder already has; empty if they were made by another plan.
 * @param {string} folder
 * @param {object} plan
 */
export function keptList(folder, plan) {
  const index = join(folder, 'index.json');
  const made = JSON.stringify(plan);
  /** @type {{ made: string, list: Kept[] } | null} */
  const known = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : null;
  const list = known?.made === made ? known.list : [];
  return {
    list,
    /** @param {Kept} photo */
    add(photo) {
      list.push(photo);
      writeFileSync(index, JSON.stringify({ made, list }));
    },
  };
}

/**
 * Decides how a photo of the set is made.
 * @param {Random} random
 * @param {number} i Index of the photo.
 * @param {readonly string[]} real Paths of real photos.
 */
export function planOf(random, i, real) {
  const blurred = i % 2 === 1;
  const scene = SCENES[Math.floor(i / 2) % SCENES.length];
  const motion = blurred ? MOTIONS[Math.floor(i / 2 / SCENES.length) % MOTIONS.length] : null;
  // Motion does not change a flat scene, so no blurred photo shows one.
  const kind = blurred && scene === 'flat' ? 'plain' : scene;
  const drawn = kind === 'flat' || real.length === 0 || random.next() < 0.4;
  return {
    blurred,
    scene: kind,
    motion,
    length: blurred ? random.ratio(...LENGTHS) : 0,
    source: drawn ? null : random.pick(real),
  };
}

/**
 * Writes a photo; resolves to false, without a file, if the motion shows nowhere in it.
 * @param {string} path
 * @param {Random} random
 * @param {Plan} plan
 * @param {Size} size
 */
async function make(path, random, plan, size) {
  let light =
    plan.source === null
      ? drawnScene(random, { ...size, ...drawing(random, plan.scene) })
      : await photoScene(plan.source, random, { ...size, zoom: random.between(1, 1.6) });
  if (plan.scene === 'fog') addFog(light, size, random);
  if (plan.scene === 'bokeh') {
    const inFocus = part(random, size, random.between(0.15, 0.5));
    light = defocus(light, size, random.ratio(3, 18), inFocus);
  }
  soften(light, size, random.between(0.45, 0.8));
  let raw = expose(light, size, STILL);
  if (plan.motion !== null) {
    const curved = plan.motion === 'curved' || (plan.motion === 'partial' && random.next() < 0.5);
    const moved = expose(light, size, motionKernel(random, plan.length, curved));
    const where = plan.motion === 'partial' ? part(random, size, random.between(0.25, 0.6)) : null;
    if (difference(raw, moved, where) < VISIBLE) return false;
    raw = where === null ? moved : mix(raw, moved, where);
  }
  const full = plan.scene === 'noise' ? random.ratio(120, 800) : random.ratio(2000, 20_000);
  addNoise(raw, random, full, random.between(2, 5));
  const rgb = develop(raw, size, random.next() < 0.3 ? 0 : random.between(0.2, 0.8));
  const quality = Math.round(random.between(82, 96));
  await writeJpeg(path, rgb, size, quality, random.next() < 0.7 ? '4:2:0' : '4:4:4');
  return true;
}

/**
 * Returns options of the drawing.
 * @param {Random} random
 * @param {SceneKind} scene
 */
function drawing(random, scene) {
  if (scene === 'flat') return { busy: random.ratio(0.0005, 0.01), lines: 0.5 };
  return { busy: random.ratio(3, 40), lines: random.next() };
}
