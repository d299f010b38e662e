/** A set of photos, sharp and blurred, of which everything is known. The same seed gives the same files. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  addNoise,
  defocus,
  develop,
  difference,
  expose,
  mix,
  motionKernel,
  soften,
  STILL,
  writeJpeg,
} from './camera.js';
import { Random } from './random.js';
import { addFog, drawnScene, part, photoScene } from './scene.js';

/** What else may make a photo look soft, or leave nothing to see. */
export const SCENES = ['plain', 'bokeh', 'fog', 'noise', 'flat'];
/** A third of the blurred ones each. */
export const MOTIONS = ['linear', 'curved', 'partial'];
export const LENGTHS = [3, 30];
/** A motion that changes less than this, in levels of 255 on average, met an empty sky. */
const VISIBLE = 0.7;

/**
 * `count` photos in `folder`, every second one blurred. What is there already is not made again, whatever ended the run that made it.
 * `photos`: a folder of real ones, from which most scenes are taken, or null. Returns [{path, blurred, scene, motion, length, real}].
 */
export async function makeSet(folder, { seed, count, width, height, photos, told }) {
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
    told(i + 1, count);
  }
  return kept.list.slice(0, count).map((photo) => ({ ...photo, path: join(folder, photo.name) }));
}

/** What a folder holds already of a set that is made by `plan`, kept in a file beside the photos. */
export function keptList(folder, plan) {
  const index = join(folder, 'index.json');
  const made = JSON.stringify(plan);
  const known = existsSync(index) ? JSON.parse(readFileSync(index, 'utf8')) : null;
  const list = known?.made === made ? known.list : [];
  return {
    list,
    add(photo) {
      list.push(photo);
      writeFileSync(index, JSON.stringify({ made, list }));
    },
  };
}

export function planOf(random, i, real) {
  const blurred = i % 2 === 1;
  const scene = SCENES[Math.floor(i / 2) % SCENES.length];
  const motion = blurred ? MOTIONS[Math.floor(i / 2 / SCENES.length) % MOTIONS.length] : null;
  // Nothing to see is nothing blurred: a flat scene that moved would be a flat scene.
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

/** Resolves to false, without a file, where the motion met nothing that could show it. */
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

function drawing(random, scene) {
  if (scene === 'flat') return { busy: random.ratio(0.0005, 0.01), lines: 0.5 };
  return { busy: random.ratio(3, 40), lines: random.next() };
}
