/**
 * Measures how well, and how fast, `unsmear triage` separates blurred photos from sharp ones:
 *
 *   node test/bench/triage.js --photos DIR [--count 200] [--work DIR] [--docs DIR] [--threads N]
 *   node test/bench/triage.js --photos DIR --fit-photos DIR [--fit 240]
 *
 * Half of the photos made for it are sharp, among them bokeh, fog, noise and flat scenes; half are
 * moved by 3 to 30 pixels, as a whole or in part. The second form fits the score first and writes
 * its weights. `--photos` and `--fit-photos` are folders of sharp photos; without them all scenes
 * are drawn. Photos stay in `--work`. `--docs` writes the ROC curve and the numbers. Build first.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { changeManifest } from './manifest-file.js';
import { at, load, mean, sum } from './tools.js';
import { areaUnderRoc, calibrationError, rocCurve } from './triage/fit.js';
import { calibrate, looksOf } from './triage/looks.js';
import { drawCurve } from './triage/curve.js';
import { makePlain } from './triage/plain.js';
import { makeSet, MOTIONS, SCENES } from './triage/set.js';

/**
 * @typedef {import('./triage/set.js').Photo} Photo
 * @typedef {typeof import('../../src/main/engine/supervisor/engine-supervisor.js')} ClientModule
 * @typedef {typeof import('../../src/main/app/triage/run.js')} RunModule
 */

const { values } = parseArgs({
  options: {
    photos: { type: 'string' },
    'fit-photos': { type: 'string' },
    fit: { type: 'string' },
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '2002' },
    model: { type: 'string', default: 'adn' },
    threads: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'unsmear-triage') },
    docs: { type: 'string' },
  },
});
/** Weights without a model; those with a model are in its manifest. */
const LIGHT = at('src/main/blur/light-weights.json');
/** From this score on a photo counts as blurred. */
const BLURRED_FROM = 0.5;
const plugin = at(`models/${values.model}`);
/** Patches are cut at native resolution, so small photos are enough for fitting. */
const FITTED = { seed: 1001, width: 1280, height: 960 };
const MEASURED = { seed: Number(values.seed), width: 4000, height: 3000 };

if (values['fit-photos'] !== undefined || values.fit !== undefined) await fit();
if (Number(values.count) > 0) await measure();

/** Fits the score and writes its weights. */
async function fit() {
  const photos = values['fit-photos'] ?? null;
  const set = await makeSet(join(values.work, `fit-${FITTED.seed}`), {
    ...FITTED,
    count: Number(values.fit ?? 240),
    photos,
    onProgress: printEvery20('made'),
  });
  if (photos !== null) {
    const folder = join(values.work, `plain-${FITTED.seed}`);
    const options = { seed: FITTED.seed, photos, onProgress: printEvery20('made plain') };
    set.push(...(await makePlain(folder, options)));
  }
  const seen = await looksOf(set, plugin, printEvery20('analysed'));
  writeFileSync(LIGHT, `${JSON.stringify(await calibrate(set, seen, false), null, 2)}\n`);
  const blurScore = await calibrate(set, seen, true);
  changeManifest(plugin, (manifest) => ({ ...manifest, blurScore }));
  console.log(`fitted to ${set.length} photos: ${LIGHT} and ${plugin} (build before measuring)`);
}

async function measure() {
  const count = Number(values.count);
  const set = await makeSet(join(values.work, `seed-${MEASURED.seed}`), {
    ...MEASURED,
    count,
    photos: values.photos ?? null,
    onProgress: printEvery20('made'),
  });
  const { scores, times } = await scoreAll(set);
  /** @param {(photo: Photo) => boolean} wanted */
  const scoresOf = (wanted) => scores.filter((_, i) => wanted(set[i]));
  const sharp = scoresOf((photo) => !photo.blurred);
  const blurred = scoresOf((photo) => photo.blurred);
  const labels = set.map((photo) => Number(photo.blurred));
  const right = scores.filter((score, i) => score >= BLURRED_FROM === (labels[i] === 1)).length;
  const curve = rocCurve(blurred, sharp).map((point) => ({
    threshold: round(point.threshold),
    truePositives: round(point.truePositives),
    falsePositives: round(point.falsePositives),
  }));
  const numbers = {
    photos: count,
    megapixels: (MEASURED.width * MEASURED.height) / 1e6,
    seed: MEASURED.seed,
    model: values.model,
    areaUnderRoc: round(areaUnderRoc(blurred, sharp)),
    rightAtOneHalf: round(right / count),
    expectedCalibrationError: round(calibrationError(scores, labels)),
    kinds: areasByKind(scoresOf, blurred, sharp),
    milliseconds: times,
  };
  console.log(JSON.stringify(numbers, null, 2));
  for (const { threshold, truePositives, falsePositives } of curve.filter((_, i) => i % 10 === 9)) {
    console.log(
      `from ${threshold}: ${truePositives} of the blurred, ${falsePositives} of the sharp`,
    );
  }
  if (values.docs === undefined) return;
  mkdirSync(values.docs, { recursive: true });
  const document = `${JSON.stringify({ ...numbers, curve }, null, 2)}\n`;
  writeFileSync(join(values.docs, 'triage-roc.json'), document);
  writeFileSync(join(values.docs, 'triage-roc.svg'), drawCurve({ ...numbers, curve }));
}

/**
 * Returns the area under the ROC curve for kinds of photos; `null` if a kind has none.
 * @param {(wanted: (photo: Photo) => boolean) => number[]} scoresOf
 * @param {number[]} blurred
 * @param {number[]} sharp
 */
function areasByKind(scoresOf, blurred, sharp) {
  /** @type {Record<string, number | null>} */
  const areas = {};
  for (const scene of SCENES) {
    const some = scoresOf((photo) => !photo.blurred && photo.scene === scene);
    areas[`sharp: ${scene}`] = area(blurred, some);
  }
  for (const motion of MOTIONS) {
    const some = scoresOf((photo) => photo.motion === motion);
    areas[`blurred: ${motion}`] = area(some, sharp);
  }
  for (const [low, high] of /** @type {const} */ ([
    [3, 5],
    [5, 10],
    [10, 30],
  ])) {
    const some = scoresOf((photo) => photo.length >= low && photo.length < high);
    areas[`blurred: ${low}-${high} pixels`] = area(some, sharp);
  }
  for (const [name, real] of /** @type {const} */ ([
    ['real scenes', true],
    ['drawn scenes', false],
  ])) {
    areas[name] = area(
      scoresOf((photo) => photo.real === real && photo.blurred),
      scoresOf((photo) => photo.real === real && !photo.blurred),
    );
  }
  return areas;
}

/**
 * Scores photos as the command line does, two at a time.
 * @param {readonly Photo[]} set
 */
async function scoreAll(set) {
  const { EngineSupervisor } = /** @type {ClientModule} */ (
    await load('src/main/engine/supervisor/engine-supervisor.ts')
  );
  const { judgeAll, spareThreads } = /** @type {RunModule} */ (
    await load('src/main/app/triage/run.ts')
  );
  const engine = new EngineSupervisor();
  const never = new AbortController().signal;
  const threads = values.threads === undefined ? spareThreads() : Number(values.threads);
  const settings = { plugin, provider: /** @type {const} */ ('cpu'), threads };
  const photos = set.map(({ path }) => ({ input: path }));
  try {
    // The first photo waits for the engine to start and the model to load, so it runs twice.
    await judgeAll(never, engine, photos.slice(0, 1), settings).next();
    /** @type {{ score: number, whole: number, decode: number, judge: number }[]} */
    const rows = [];
    let since = performance.now();
    for await (const judged of judgeAll(never, engine, photos, settings)) {
      if ('error' in judged) throw judged.error;
      const { blur, decodeMs, scoreMs } = judged.answer;
      if (blur === null) throw new Error('A photo has no blur score.');
      const now = performance.now();
      rows.push({ score: blur.score, whole: now - since, decode: decodeMs, judge: scoreMs });
      since = now;
    }
    const [whole, decode] = [rows.map((row) => row.whole), rows.map((row) => row.decode)];
    const times = {
      cores: availableParallelism(),
      threads,
      wholePhoto: meanAndP95(whole),
      decoding: meanAndP95(decode),
      judging: meanAndP95(rows.map((row) => row.judge)),
      wholeToDecoding: round(sum(whole) / sum(decode)),
    };
    return { scores: rows.map(({ score }) => score), times };
  } finally {
    await engine.close();
  }
}

/**
 * @param {readonly number[]} blurred
 * @param {readonly number[]} sharp
 */
function area(blurred, sharp) {
  return blurred.length > 0 && sharp.length > 0 ? round(areaUnderRoc(blurred, sharp)) : null;
}

/** @param {readonly number[]} times */
function meanAndP95(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
  return { mean: Math.round(mean(times)), p95: Math.round(p95) };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 1e4) / 1e4;
}

/**
 * Returns a listener that prints the progress every 20 photos.
 * @param {string} what
 * @returns {import('./triage/set.js').OnProgress}
 */
function printEvery20(what) {
  return (done, total) => {
    if (done % 20 === 0 || done === total) console.error(`${what} ${done} of ${total}`);
  };
}
