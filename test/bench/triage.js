/**
 * Measures how well, and how fast, `unsmear triage` separates blurred photos from sharp ones. Half of the photos made for it are
 * sharp, with bokeh, fog, noise and flat scenes among them; half are moved by 3 to 30 pixels, as a whole or in part.
 *
 *   node test/bench/triage.js --photos DIR [--count 200] [--work DIR] [--docs DIR] [--threads N]
 *   node test/bench/triage.js --photos DIR --fit-photos DIR [--fit 240]      # fits the score first, and writes its constants
 *
 * `--photos` and `--fit-photos` are folders of sharp photos; without them all scenes are drawn. Made photos stay in `--work`.
 * `--docs` writes the ROC curve and the numbers. Build first.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { areaUnderRoc, calibrationError, rocCurve } from './triage/fit.js';
import { changeManifest } from './manifest-file.js';
import { calibrate, looksOf } from './triage/looks.js';
import { drawCurve } from './triage/curve.js';
import { makePlain } from './triage/plain.js';
import { makeSet, MOTIONS, SCENES } from './triage/set.js';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
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
/** Weights for photos of which only the edges are known; those with a network are in its manifest. */
const LIGHT = at('src/main/engine/blur/light-weights.json');
const plugin = at(`models/${values.model}`);
/** Patches are cut at native resolution, so small photos are enough to fit to. */
const FIT = { seed: 1001, width: 1280, height: 960 };
const MEASURED = { seed: Number(values.seed), width: 4000, height: 3000 };

if (values['fit-photos'] !== undefined || values.fit !== undefined) await fit();
if (Number(values.count) > 0) await measure();

async function fit() {
  const count = Number(values.fit ?? 240);
  const photos = values['fit-photos'] ?? null;
  const set = await makeSet(join(values.work, `fit-${FIT.seed}`), {
    ...FIT,
    count,
    photos,
    told: told('made'),
  });
  if (photos !== null) {
    const folder = join(values.work, `plain-${FIT.seed}`);
    set.push(...(await makePlain(folder, { seed: FIT.seed, photos, told: told('made plain') })));
  }
  const seen = await looksOf(set, plugin, told('looked at'));
  writeFileSync(LIGHT, `${JSON.stringify(await calibrate(set, seen, false), null, 2)}\n`);
  const blurScore = await calibrate(set, seen, true);
  changeManifest(plugin, (manifest) => ({ ...manifest, blurScore }));
  console.log(`fitted to ${set.length} photos: ${LIGHT} and ${plugin} (build before measuring)`);
}

async function measure() {
  const count = Number(values.count);
  const folder = join(values.work, `seed-${MEASURED.seed}`);
  const set = await makeSet(folder, {
    ...MEASURED,
    count,
    photos: values.photos ?? null,
    told: told('made'),
  });
  const { scores, times } = await judge(set);
  const labels = set.map(({ blurred }) => Number(blurred));
  const of = (wanted) => scores.filter((_, i) => wanted(set[i]));
  const sharp = of(({ blurred }) => !blurred);
  const blurred = of((photo) => photo.blurred);
  const kinds = {};
  for (const scene of SCENES)
    kinds[`sharp: ${scene}`] = area(
      blurred,
      of((p) => !p.blurred && p.scene === scene),
    );
  for (const motion of MOTIONS)
    kinds[`blurred: ${motion}`] = area(
      of((p) => p.motion === motion),
      sharp,
    );
  for (const [low, high] of [
    [3, 5],
    [5, 10],
    [10, 30],
  ]) {
    kinds[`blurred: ${low}-${high} pixels`] = area(
      of((p) => p.length >= low && p.length < high),
      sharp,
    );
  }
  kinds['real scenes'] = area(
    of((p) => p.real && p.blurred),
    of((p) => p.real && !p.blurred),
  );
  kinds['drawn scenes'] = area(
    of((p) => !p.real && p.blurred),
    of((p) => !p.real && !p.blurred),
  );
  const right = scores.filter((score, i) => score >= 0.5 === (labels[i] === 1)).length;
  const numbers = {
    photos: count,
    megapixels: (MEASURED.width * MEASURED.height) / 1e6,
    seed: MEASURED.seed,
    model: values.model,
    areaUnderRoc: round(areaUnderRoc(blurred, sharp)),
    rightAtOneHalf: round(right / count),
    expectedCalibrationError: round(calibrationError(scores, labels)),
    kinds,
    milliseconds: times,
    curve: rocCurve(blurred, sharp).map((point) => mapValues(point, round)),
  };
  const { curve, ...printed } = numbers;
  console.log(JSON.stringify(printed, null, 2));
  for (const { threshold, truePositives, falsePositives } of curve.filter((_, i) => i % 10 === 9)) {
    console.log(
      `from ${threshold}: ${truePositives} of the blurred, ${falsePositives} of the sharp`,
    );
  }
  if (values.docs === undefined) return;
  mkdirSync(values.docs, { recursive: true });
  writeFileSync(join(values.docs, 'triage-roc.json'), `${JSON.stringify(numbers, null, 2)}\n`);
  writeFileSync(join(values.docs, 'triage-roc.svg'), drawCurve(numbers));
}

/** As the command line does it: two photos at a time. */
async function judge(set) {
  const { module: client } = await runnerImport(at('src/main/engine/supervisor/client.ts'));
  const { module: run } = await runnerImport(at('src/main/app/triage/run.ts'));
  const engine = new client.EngineClient();
  const never = new AbortController().signal;
  const threads = values.threads === undefined ? run.spareThreads() : Number(values.threads);
  const settings = { plugin, provider: 'cpu', threads };
  const photos = set.map(({ path }) => ({ input: path }));
  try {
    // The first photo waits for the engine and the network.
    await run.judgeAll(never, engine, photos.slice(0, 1), settings).next();
    const [scores, decode, look, whole] = [[], [], [], []];
    let since = performance.now();
    for await (const judged of run.judgeAll(never, engine, photos, settings)) {
      if ('error' in judged) throw judged.error;
      const now = performance.now();
      whole.push(now - since);
      since = now;
      scores.push(judged.answer.blur.score);
      decode.push(judged.answer.decodeMs);
      look.push(judged.answer.judgeMs);
    }
    const ratio = whole.reduce((a, b) => a + b, 0) / decode.reduce((a, b) => a + b, 0);
    const times = {
      cores: availableParallelism(),
      threads,
      wholePhoto: middleAndWorst(whole),
      decoding: middleAndWorst(decode),
      judging: middleAndWorst(look),
      wholeToDecoding: round(ratio),
    };
    return { scores, times };
  } finally {
    await engine.close();
  }
}

function area(blurred, sharp) {
  return blurred.length > 0 && sharp.length > 0 ? round(areaUnderRoc(blurred, sharp)) : null;
}

function middleAndWorst(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1];
  return { mean: Math.round(mean), p95: Math.round(p95) };
}

function round(value) {
  return Math.round(value * 1e4) / 1e4;
}

function mapValues(object, of) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, of(value)]));
}

function told(what) {
  return (done, total) => {
    if (done % 20 === 0 || done === total) console.error(`${what} ${done} of ${total}`);
  };
}
