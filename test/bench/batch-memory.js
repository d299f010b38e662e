/**
 * Checks that a long batch keeps its memory and its pace:
 *
 *   node test/bench/batch-memory.js [--photos 520] [--model ID] [--seed 1] [--keep]
 *
 * Memory: for each photo, the largest RSS of `unsmear batch` and its engine. After 20 photos of
 * warm-up, the medians of the first and the last tenth may differ by 10 %.
 *
 * Pace: megapixels a second from the 20th result to the last, over that of the restorations alone
 * (`ms` of each report). Both come from one run, so other work on the machine affects both alike.
 * The rest is the batch's own work: journal, names, masks, new engines. Must be at least 0.9.
 * Build first.
 */
import { mkdirSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeNoise } from './photos.js';
import { generator } from './random.js';
import { runProgram } from './run-program.js';
import { treeRss } from './sample-memory.js';
import { inTemporaryFolder, MB, median, sum } from './tools.js';

/**
 * @typedef {{ path: string, megapixels: number }} Photo
 * @typedef {{ at: number, bytes: number }} Sample Time in ms since 1970, and RSS.
 * @typedef {{ at: number, megapixels: number, ms: number }} Result Time of its file, and report.
 * @typedef {{ input: string, output: string, ms: number }} Output
 */

const WARM_UP = 20;
const TENTHS = 10;
const LEAST_PACE = 0.9;
const MOST_GROWTH = 0.1;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '520' },
    model: { type: 'string', default: 'adn' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const random = generator(Number(values.seed));

const measure = async (/** @type {string} */ folder) => {
  /** @type {Photo[]} */
  const photos = [];
  mkdirSync(join(folder, 'photos'));
  for (let i = 0; i < Number(values.photos); i++) photos.push(await writePhoto(folder, i));
  console.log(`${photos.length} photos, ${values.model}, load ${load()}`);
  const { results, samples } = await runBatch(folder, photos);
  const steady = reportMemory(results, samples);
  const quick = reportPace(results);
  process.exitCode = steady && quick ? 0 : 1;
};
await inTemporaryFolder('memory', measure, values.keep);

function load() {
  return (loadavg()[0] ?? NaN).toFixed(1);
}

/**
 * Writes a photo of 0.2 to 0.4 megapixels.
 * @param {string} folder
 * @param {number} index
 * @returns {Promise<Photo>}
 */
async function writePhoto(folder, index) {
  const [width, height] = [560 + Math.floor(random() * 160), 420 + Math.floor(random() * 120)];
  const path = join(folder, 'photos', `photo ${index}.jpg`);
  await writeNoise(path, { width, height }, random);
  return { path, megapixels: (width * height) / 1e6 };
}

/**
 * Runs the batch and samples its memory.
 * @param {string} folder
 * @param {readonly Photo[]} photos
 */
async function runBatch(folder, photos) {
  /** @type {Sample[]} */
  const samples = [];
  const args = ['batch', join(folder, 'photos'), '--out-dir', join(folder, 'results')];
  args.push('--model', values.model, '--provider', 'cpu', '--no-skip', '--quiet', '--json');
  const { code, stdout } = await runProgram(args, {
    env: { UNSMEAR_DATA_DIR: join(folder, 'data') },
    sampleEveryMs: 50,
    sample: (pid) => samples.push({ at: Date.now(), bytes: treeRss(pid) }),
  });
  if (code !== 0) throw new Error(`The batch ended with ${code}.`);
  /** @type {{ outputs: Output[] }} */
  const { outputs } = JSON.parse(stdout);
  return { results: resultsOf(outputs, photos), samples };
}

/**
 * Returns the results in the order in which their files appeared.
 * @param {readonly Output[]} outputs
 * @param {readonly Photo[]} photos
 * @returns {Result[]}
 */
function resultsOf(outputs, photos) {
  if (outputs.length !== photos.length) throw new Error(`${outputs.length} of ${photos.length}`);
  const sizes = new Map(photos.map(({ path, megapixels }) => [path, megapixels]));
  const results = outputs.map(({ input, output, ms }) => {
    // A result is written beside its place and renamed, so its ctime is the time of the rename.
    return { at: statSync(output).ctimeMs, megapixels: sizes.get(input) ?? NaN, ms };
  });
  return results.sort((a, b) => a.at - b.at);
}

/**
 * Prints memory by tenths of the batch; returns whether the last tenth is as large as the first.
 * @param {readonly Result[]} results
 * @param {readonly Sample[]} samples
 */
function reportMemory(results, samples) {
  const peaks = results.slice(1).map(({ at }, i) => {
    const from = results[i]?.at ?? 0;
    const during = samples.filter((sample) => sample.at > from && sample.at <= at);
    return Math.max(...during.map(({ bytes }) => bytes));
  });
  const warm = peaks.slice(WARM_UP - 1).filter((bytes) => bytes > 0);
  const length = Math.max(1, Math.floor(warm.length / TENTHS));
  const tenths = Array.from({ length: TENTHS }, (_, i) =>
    Math.round(median(warm.slice(i * length, (i + 1) * length)) / MB),
  );
  const growth = median(warm.slice(-length)) / median(warm.slice(0, length));
  console.log(`memory by tenths of the batch: ${tenths.join(', ')} MB`);
  console.log(`last tenth / first tenth: ${growth.toFixed(3)} (must be 0.9 to 1.1)`);
  return Math.abs(growth - 1) <= MOST_GROWTH;
}

/**
 * Prints the pace; returns whether the batch adds little to its restorations.
 * @param {readonly Result[]} results
 */
function reportPace(results) {
  const warm = results.slice(WARM_UP);
  const megapixels = sum(warm.map((result) => result.megapixels));
  const alone = sum(warm.map(({ ms }) => ms));
  const together = (results.at(-1)?.at ?? NaN) - (results[WARM_UP - 1]?.at ?? NaN);
  const [batchPace, restorationPace] = [together, alone].map((ms) => (1000 * megapixels) / ms);
  const ratio = alone / together;
  console.log(
    `batch ${batchPace?.toFixed(3)}, restorations ${restorationPace?.toFixed(3)} MP a second`,
  );
  console.log(`batch / restorations: ${ratio.toFixed(3)} (must be at least ${LEAST_PACE})`);
  console.log(`load ${load()}`);
  return ratio >= LEAST_PACE;
}
