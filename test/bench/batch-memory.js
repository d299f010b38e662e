/**
 * Whether a long batch keeps its memory and its pace:
 *
 *   node test/bench/batch-memory.js [--photos 520] [--model ID] [--seed 1] [--keep]
 *
 * Memory: what is resident in `unsmear batch` and its engine, the largest sample while each photo was restored. The first 20 photos
 * warm up; of the others the last tenth may hold at most 10 % more or less than the first (medians).
 *
 * Pace: megapixels a second between the 20th result and the last, against those of the restorations alone, as the warm engine tells
 * them of each photo (`ms`: from its file to its result, without the loading of sessions). Both are of one run, so that other work of
 * the machine weighs on both alike. What is between them is the batch's: journal, names, masks, new engines. At least 0.9 is wanted.
 * Build first.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { generator } from './random.js';
import { treeRss } from './sample-memory.js';

const PROGRAM = fileURLToPath(new URL('../../bin/unsmear.js', import.meta.url));
const WARM_UP = 20;
const SAMPLE_MS = 50;
const MB = 2 ** 20;

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '520' },
    model: { type: 'string', default: 'adn' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'boolean', default: false },
  },
});
const random = generator(Number(values.seed));
const folder = mkdtempSync(join(tmpdir(), 'unsmear-memory-'));
const SETTINGS = ['--model', values.model, '--provider', 'cpu', '--no-skip', '--quiet'];

try {
  const photos = [];
  mkdirSync(join(folder, 'photos'));
  for (let i = 0; i < Number(values.photos); i++) photos.push(await makePhoto(i));
  console.log(`${photos.length} photos, ${values.model}, load ${loadavg()[0].toFixed(1)}`);
  const batch = await run(photos);
  const steady = tellMemory(batch);
  const kept = tellPace(batch);
  process.exitCode = steady && kept ? 0 : 1;
} finally {
  if (values.keep) console.log(folder);
  else rmSync(folder, { recursive: true, force: true });
}

/** Blurred noise, of 0.2 to 0.4 megapixels. */
async function makePhoto(i) {
  const [width, height] = [560 + Math.floor(random() * 160), 420 + Math.floor(random() * 120)];
  const small = { width: width >> 2, height: height >> 2, channels: 3 };
  const noise = Buffer.from({ length: small.width * small.height * 3 }, () => 256 * random());
  const path = join(folder, 'photos', `photo ${i}.jpg`);
  await sharp(noise, { raw: small })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .jpeg({ quality: 92 })
    .toFile(path);
  return { path, megapixels: (width * height) / 1e6 };
}

/** Runs the batch to its end. Its results, in the order in which they came, and samples of its memory. */
function run(photos) {
  return new Promise((resolve, reject) => {
    const out = join(folder, 'results');
    const given = [join(folder, 'photos'), '--out-dir', out, ...SETTINGS, '--json'];
    const child = spawn(process.execPath, [PROGRAM, 'batch', ...given], {
      env: { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let json = '';
    child.stdout.on('data', (chunk) => (json += chunk));
    const samples = [];
    const timer = setInterval(
      () => samples.push({ at: Date.now(), bytes: treeRss(child.pid) }),
      SAMPLE_MS,
    );
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ results: resultsOf(JSON.parse(json), photos), samples });
      else reject(new Error(`The batch ended with ${code}.`));
    });
  });
}

/** A result is put in place whole: when its name appeared. */
function resultsOf({ outputs }, photos) {
  const sizes = new Map(photos.map(({ path, megapixels }) => [path, megapixels]));
  if (outputs.length !== photos.length) throw new Error(`${outputs.length} of ${photos.length}`);
  const results = outputs.map(({ input, output, ms }) => {
    return { at: statSync(output).ctimeMs, megapixels: sizes.get(input), ms };
  });
  return results.sort((a, b) => a.at - b.at);
}

function tellMemory({ results, samples }) {
  const peaks = results.slice(1).map(({ at }, i) => {
    const during = samples.filter((sample) => sample.at > results[i].at && sample.at <= at);
    return Math.max(...during.map(({ bytes }) => bytes));
  });
  const warm = peaks.slice(WARM_UP - 1).filter((bytes) => bytes > 0);
  const tenth = Math.max(1, Math.floor(warm.length / 10));
  const first = median(warm.slice(0, tenth));
  const last = median(warm.slice(-tenth));
  const deciles = Array.from({ length: 10 }, (_, i) =>
    Math.round(median(warm.slice(i * tenth, (i + 1) * tenth)) / MB),
  );
  console.log(`memory by tenths of the batch: ${deciles.join(', ')} MB`);
  console.log(`last tenth / first tenth: ${(last / first).toFixed(3)} (0.9 to 1.1 is wanted)`);
  return Math.abs(last / first - 1) <= 0.1;
}

function tellPace({ results }) {
  const warm = results.slice(WARM_UP);
  const megapixels = warm.reduce((sum, result) => sum + result.megapixels, 0);
  const alone = warm.reduce((sum, result) => sum + result.ms, 0);
  const together = results.at(-1).at - results[WARM_UP - 1].at;
  const [many, one] = [together, alone].map((ms) => (1000 * megapixels) / ms);
  const ratio = many / one;
  console.log(`batch ${many.toFixed(3)}, restorations ${one.toFixed(3)} megapixels a second`);
  console.log(`the former over the latter: ${ratio.toFixed(3)} (0.9 is wanted)`);
  console.log(`load ${loadavg()[0].toFixed(1)}`);
  return ratio >= 0.9;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
