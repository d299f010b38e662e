#!/usr/bin/env node
/**
 * Compares the pixels of two builds bit by bit:
 *
 *   node test/long/pixels-before-after.js --before TREE [--after TREE] [--photos DIR]
 *     [--count 10] [--side 1024] [--model ID]
 *
 * Both trees must be built. `--after` is this tree by default. Restores photos of DIR (by default
 * the ten drawn pictures of the pixel references) with every built-in model, whole, with a mask,
 * with a hint and at strength 0.5, in tiles of 256 and of the automatic size in turn. Photos are
 * spread evenly over DIR and cropped to `--side` pixels. Exits with 1 if a sample, a warning or the
 * number of processed tiles differs.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { deblur, readPixels } from '../reference/deblur.js';
import { MODES, optionsOf, writeMask } from '../reference/modes.js';
import { writePictures } from '../reference/pictures.js';
import { builtInModels } from '../reference/references.js';

const { values } = parseArgs({
  options: {
    before: { type: 'string' },
    after: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
    photos: { type: 'string' },
    count: { type: 'string', default: '10' },
    side: { type: 'string', default: '1024' },
    model: { type: 'string' },
  },
});
if (values.before === undefined) {
  console.error('usage: node test/long/pixels-before-after.js --before TREE [--photos DIR]');
  process.exit(2);
}
const trees = { before: resolve(values.before), after: resolve(values.after) };
const folder = mkdtempSync(join(tmpdir(), 'unsmear-pixels-'));

/** @typedef {{ width: number, height: number, paths: string[] }} Group Photos of equal size. */
try {
  const photos =
    values.photos === undefined
      ? await writePictures(folder)
      : await cropPhotos(values.photos, Number(values.count), Number(values.side));
  const groups = await groupBySize(photos);
  let [compared, changed, different] = [0, 0, 0];
  for (const [m, model] of builtInModels(trees.before).entries()) {
    if (values.model !== undefined && values.model !== model) continue;
    for (const [i, mode] of MODES.entries()) {
      for (const group of groups) {
        const tile = (m + i) % 2 === 0 ? '256' : 'auto';
        const options = ['--quiet', '--model', model, '--tile', tile];
        options.push(...optionsOf(mode, group, await maskOf(group)));
        const before = await restore(trees.before, 'before', group, options);
        const after = await restore(trees.after, 'after', group, options);
        for (const [k, input] of group.paths.entries()) {
          compared++;
          if (before[k]?.pixels !== (await hashOf(input))) changed++;
          if (JSON.stringify(before[k]) === JSON.stringify(after[k])) continue;
          different++;
          console.log(`DIFFERS: ${model}, ${mode}, tile ${tile}, ${basename(input)}`);
          console.log(`  before ${JSON.stringify(before[k])}`);
          console.log(`  after  ${JSON.stringify(after[k])}`);
        }
      }
      console.log(`${model}, ${mode}: ${compared} compared, ${different} differ`);
    }
  }
  console.log(
    `${compared} results compared, ${changed} of them restored: ${different} differ from before.`,
  );
  process.exitCode = different === 0 && compared > 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Crops photos, spread evenly over a folder, to PNG files of at most `side` × `side` pixels.
 * @param {string} from
 * @param {number} count
 * @param {number} side
 */
async function cropPhotos(from, count, side) {
  const names = readdirSync(from)
    .filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name))
    .sort();
  const step = Math.max(1, names.length / count);
  const paths = [];
  for (let i = 0; i < Math.min(count, names.length); i++) {
    const name = names[Math.floor(i * step)] ?? '';
    const upright = sharp(join(from, name)).autoOrient().removeAlpha();
    const { data, info } = await upright.raw().toBuffer({ resolveWithObject: true });
    const size = { width: Math.min(side, info.width), height: Math.min(side, info.height) };
    const place = {
      left: (info.width - size.width) >> 1,
      top: (info.height - size.height) >> 1,
    };
    const path = join(folder, `${i} ${name}.png`);
    await sharp(data, { raw: info })
      .extract({ ...place, ...size })
      .png({ compressionLevel: 1 })
      .toFile(path);
    paths.push(path);
  }
  return paths;
}

/**
 * Groups photos by size, because one start of the program takes one mask.
 * @param {string[]} paths
 */
async function groupBySize(paths) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const path of paths) {
    const { width, height } = await sharp(path).metadata();
    const group = groups.get(`${width}x${height}`) ?? { width, height, paths: [] };
    group.paths.push(path);
    groups.set(`${width}x${height}`, group);
  }
  return [...groups.values()];
}

/** @param {Group} group */
async function maskOf(group) {
  const path = join(folder, `mask-${group.width}x${group.height}.png`);
  await writeMask(group, path);
  return path;
}

/**
 * @param {string} tree
 * @param {string} name
 * @param {Group} group
 * @param {string[]} options
 */
async function restore(tree, name, group, options) {
  const out = join(folder, name);
  mkdirSync(out, { recursive: true });
  const outputs = await deblur(tree, group.paths, out, options);
  const results = [];
  for (const { output, tiles, warnings } of outputs) {
    results.push({ pixels: await hashOf(output), tiles, warnings });
  }
  return results;
}

/**
 * Returns a hash of the decoded samples and their layout.
 * @param {string} path
 */
async function hashOf(path) {
  const { data, ...layout } = await readPixels(path);
  return createHash('sha256').update(JSON.stringify(layout)).update(data).digest('hex');
}
