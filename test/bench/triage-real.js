/**
 * Prints the blur scores of real photos, unchanged and moved by a known length:
 *
 *   node test/bench/triage-real.js --sharp DIR [--sharp DIR] [--blurred DIR] [--length 7]...
 *     [--model adn]
 *
 * Moves the photos of the first `--sharp` folder along lines, in the same directions every time.
 * Build first.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { at, inTemporaryFolder, load, median } from './tools.js';
import { smear } from './triage/camera.js';
import { encode, writeJpeg } from './triage/develop.js';
import { motionKernel } from './triage/motion.js';
import { areaUnderRoc } from './triage/fit.js';
import { Random } from './triage/random.js';
import { TO_LINEAR } from './triage/scene.js';

/**
 * @typedef {typeof import('../../src/main/engine/supervisor/engine-supervisor.js')} ClientModule
 * @typedef {typeof import('../../src/shared/contracts/triage.js')} ContractModule
 * @typedef {{ name: string, scores: number[] }} Group
 */

const { values } = parseArgs({
  options: {
    sharp: { type: 'string', multiple: true, default: [] },
    blurred: { type: 'string', multiple: true, default: [] },
    length: { type: 'string', multiple: true, default: ['4', '7', '15', '25'] },
    model: { type: 'string', default: 'adn' },
  },
});
const [movedFolder] = values.sharp;
if (movedFolder === undefined) throw new Error('Name a --sharp folder.');

const { EngineSupervisor } = /** @type {ClientModule} */ (
  await load('src/main/engine/supervisor/engine-supervisor.ts')
);
const { isBlurred } = /** @type {ContractModule} */ (await load('src/shared/contracts/triage.ts'));
const client = new EngineSupervisor();
try {
  await inTemporaryFolder('triage-real', async (work) => {
    const sharps = await groupsOf(values.sharp);
    const others = await groupsOf(values.blurred);
    for (const length of values.length.map(Number)) {
      const moved = await moveAll(photosIn(movedFolder), length, work);
      others.push({ name: `moved by ${length}`, scores: await scoresOf(moved) });
    }
    const all = sharps.flatMap(({ scores }) => scores);
    const rows = [
      ...sharps.map(({ name, scores }) => [`sharp: ${name}`, summary(scores)]),
      ...others.map(({ name, scores }) => [
        name,
        { ...summary(scores), areaAgainstSharp: areaUnderRoc(scores, all).toFixed(3) },
      ]),
    ];
    console.table(Object.fromEntries(rows));
  });
} finally {
  await client.close();
}

/**
 * @param {readonly string[]} folders
 * @returns {Promise<Group[]>}
 */
async function groupsOf(folders) {
  const groups = [];
  for (const folder of folders) {
    groups.push({ name: basename(folder), scores: await scoresOf(photosIn(folder)) });
  }
  return groups;
}

/** @param {string} folder */
function photosIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}

/** @param {readonly string[]} paths */
async function scoresOf(paths) {
  const plugin = at(`models/${values.model}`);
  const settings = { plugin, provider: /** @type {const} */ ('cpu'), threads: null };
  const never = new AbortController().signal;
  const scores = [];
  for (const input of paths) {
    const { blur } = await client.score(never, { ...settings, input });
    if (blur === null) throw new Error(`${input} has no blur score.`);
    scores.push(blur.score);
  }
  return scores;
}

/** @param {readonly number[]} scores */
function summary(scores) {
  return {
    photos: scores.length,
    blurred: scores.filter((score) => isBlurred({ score })).length,
    smallest: Math.min(...scores).toFixed(2),
    middle: median(scores).toFixed(2),
    largest: Math.max(...scores).toFixed(2),
  };
}

/**
 * Writes moved copies of photos; returns their paths.
 * @param {readonly string[]} paths
 * @param {number} length Extent of the motion in pixels.
 * @param {string} work Folder of the copies.
 */
async function moveAll(paths, length, work) {
  const moved = [];
  for (const [i, path] of paths.entries()) {
    const { data, info } = await sharp(path)
      .flatten()
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    const light = Uint16Array.from(data, (level) => TO_LINEAR[level]);
    const kernel = motionKernel(new Random(i), length, false);
    const file = join(work, `${length}-${i}.jpg`);
    await writeJpeg(file, encode(smear(light, info, kernel)), info, 95, '4:4:4');
    moved.push(file);
  }
  return moved;
}
