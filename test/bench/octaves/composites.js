/**
 * Measures whether work follows the blur, on photos of which only a part moved:
 *
 *   node test/bench/octaves/composites.js --photos DIR [--megapixels 6] [--count 4]
 *     [--shares 0,5,10,25,50,100] [--model ID] [--repeats 1] [--seed 1] [--work DIR]
 *     [--tree DIR] [--out FILE] [-- OPTIONS OF unsmear deblur]
 *
 * A rectangle or a blob with soft edges moved along a path of 12 to 30 px, a different one for each
 * photo; shares are percentages of its area. `time` is relative to the photo that moved as a whole.
 * `inside` is the gain inside the area, `difference` the same minus the gain of the wholly moved
 * photo in the same pixels. `outside` is the PSNR of result and input where nothing moved. Build
 * first.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sizeOf } from '../photos.js';
import { mean } from '../tools.js';
import { Random } from '../triage/random.js';
import { drawArea } from './areas.js';
import { cameraPath, kernelOf } from './camera-path.js';
import { develop, expose, sensorNoise, STILL } from './exposure.js';
import { decodePlanes } from './linear-light.js';
import { psnr, readPicture, writePicture } from './measure.js';
import { restoreEach } from './restore.js';
import { hashOf, makeScene, photoOf } from './scenes.js';
import { inWorkFolder, numbersOf, report, sourcesOf, TIMED } from './settings.js';

/** @typedef {import('./linear-light.js').Picture} Picture */

const { values, positionals: options } = parseArgs({
  allowPositionals: true,
  options: {
    ...TIMED,
    megapixels: { type: 'string', default: '6' },
    count: { type: 'string', default: '4' },
    shares: { type: 'string', default: '0,5,10,25,50,100' },
    model: { type: 'string' },
  },
});
const settings = {
  megapixels: Number(values.megapixels),
  count: Number(values.count),
  shares: numbersOf(values.shares),
  seed: Number(values.seed),
  model: values.model ?? null,
  options,
};
if (!settings.shares.includes(100)) throw new Error('--shares must include 100.');
const size = sizeOf(settings.megapixels);
const program = {
  tree: resolve(values.tree),
  repeats: Number(values.repeats),
  options: values.model === undefined ? options : ['--model', values.model, ...options],
};
const sources = await sourcesOf(values.photos);

await inWorkFolder(values.work, async (folder) => {
  /** @type {Awaited<ReturnType<typeof measure>>[]} */
  const photos = [];
  for (let i = 0; i < settings.count; i++) photos.push(await measure(i, folder));
  const table = settings.shares.map((share, k) => {
    const rows = photos.map((photo) => photo.rows[k]);
    /** @param {(row: typeof rows[number]) => number} value */
    const average = (value) => mean(rows.map(value));
    return {
      share: `${share} %`,
      seconds: average((row) => row.seconds).toFixed(1),
      time: average((row) => row.time).toFixed(3),
      'largest time': Math.max(...rows.map((row) => row.time)).toFixed(3),
      tiles: average((row) => row.tiles.processed).toFixed(1),
      inside: share === 0 ? '' : average((row) => row.gain ?? 0).toFixed(2),
      difference: share === 0 ? '' : average((row) => row.difference ?? 0).toFixed(2),
      outside: share === 100 ? '' : average((row) => row.outside ?? 0).toFixed(1),
    };
  });
  report(values.out, table, { settings, table, photos }, sources);
});

/**
 * Restores one photo with areas of all shares.
 * @param {number} i
 * @param {string} folder
 */
async function measure(i, folder) {
  const shape = /** @type {const} */ (['blob', 'rectangle'])[i % 2];
  const length = Math.round(12 + (18 * i) / Math.max(1, settings.count - 1));
  const areas = settings.shares.map((share) =>
    drawArea(new Random(10_000 * settings.seed + i), size, shape, share / 100),
  );
  const { truth, files } = await writeComposites(i, length, areas, folder);
  const results = await restoreEach(program, files, folder, async (result, report) => ({
    result,
    seconds: report.ms / 1000,
    tiles: report.tiles,
  }));
  const whole = settings.shares.indexOf(100);
  const blurred = await readPicture(files[whole]);
  const rows = [];
  for (const [k, { result, seconds, tiles }] of results.entries()) {
    const share = settings.shares[k];
    const area = areas[k];
    const inside = (/** @type {number} */ p) => area[p] >= 1;
    /** @param {Picture} picture */
    const quality = (picture) => psnr(picture, truth, length, inside);
    const input = await readPicture(files[k]);
    const gain = share === 0 ? null : quality(result) - quality(input);
    const gainOfWhole = share === 0 ? null : quality(results[whole].result) - quality(blurred);
    const difference = gain === null || gainOfWhole === null ? null : gain - gainOfWhole;
    const outside = share === 100 ? null : psnr(result, input, length, (p) => area[p] <= 0);
    const time = seconds / results[whole].seconds;
    rows.push({ share, seconds, time, gain, difference, outside, tiles });
  }
  console.log(`photo ${i + 1}: ${shape}, ${length} px: ${rows.map(({ time }) => time.toFixed(3))}`);
  return { shape, length, rows };
}

/**
 * Writes the photos that are missing; all have the same grain.
 * @param {number} i
 * @param {number} length Length of the path in pixels.
 * @param {readonly Float32Array[]} areas
 * @param {string} folder
 * @returns {Promise<{ truth: Picture, files: string[] }>}
 */
async function writeComposites(i, length, areas, folder) {
  const seed = 10_000 * settings.seed + i;
  const name = `part-${i}-${size.width}x${size.height}-${hashOf(sources)}-${seed}-${length}`;
  const files = settings.shares.map((share) => join(folder, `${name}-${share}.png`));
  const scene = await makeScene(sources, 'native', size, i);
  if (!files.every((file) => existsSync(file))) {
    const light = decodePlanes(scene);
    const still = expose(light, size, STILL);
    const moved = expose(light, size, kernelOf(cameraPath(new Random(seed)), length));
    for (const [k, file] of files.entries()) {
      const area = areas[k];
      /** @param {0 | 1 | 2} c */
      const mix = (c) => still[c].map((light, p) => light + area[p] * (moved[c][p] - light));
      const planes = /** @type {const} */ ([mix(0), mix(1), mix(2)]);
      await writePicture(file, develop([...planes], size, sensorNoise(1), new Random(seed)));
    }
  }
  return { truth: photoOf(scene), files };
}
