/**
 * Times one 512×512 tile through all stages of a model, with and without spinning threads:
 *
 *   node test/bench/spinning.js [--model adn] [--threads 1,2,all] [--rounds 5] [--tiles 4]
 *     [--busy 0]
 *
 * Each measurement runs in its own process, because live sessions of both kinds would disturb each
 * other; the kinds take turns. `--busy N` keeps N other processes computing meanwhile. Prints ms
 * per tile (median and range of the rounds' medians) and processor time per tile.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { at, machine, median } from './tools.js';

/**
 * @typedef {{ ms: number, cpuMs: number }} Times
 * @typedef {object} Job
 * @property {string} model
 * @property {number} threads
 * @property {boolean} spinning
 * @property {number} tiles
 */

const SIDE = 512;
const self = fileURLToPath(import.meta.url);
const job = process.env.UNSMEAR_SPINNING_JOB;
if (job === undefined) await compare();
else if (job === 'busy') for (;;);
else process.send?.(await measure(JSON.parse(job)));

async function compare() {
  const { values } = parseArgs({
    options: {
      model: { type: 'string', default: 'adn' },
      threads: { type: 'string', default: '1,2,all' },
      rounds: { type: 'string', default: '5' },
      tiles: { type: 'string', default: '4' },
      busy: { type: 'string', default: '0' },
    },
  });
  const { model } = values;
  const { threads: all } = machine();
  const counts = values.threads.split(',').map((n) => (n === 'all' ? all : Number(n)));
  const others = Array.from({ length: Number(values.busy) }, () => start('busy'));
  const rows = [];
  try {
    for (const threads of new Set(counts)) {
      /** @type {{ spinning: Times[], quiet: Times[] }} */
      const found = { spinning: [], quiet: [] };
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const spinning of round % 2 === 0 ? [false, true] : [true, false]) {
          const tiles = Number(values.tiles);
          const times = await result(start(JSON.stringify({ model, threads, spinning, tiles })));
          found[spinning ? 'spinning' : 'quiet'].push(times);
        }
      }
      const columns = {
        ...describe('spinning', found.spinning),
        ...describe('quiet', found.quiet),
      };
      rows.push({ threads, ...columns });
    }
  } finally {
    for (const child of others) child.kill();
  }
  console.log(`${model}, one tile of ${SIDE}×${SIDE}; ${all} threads here, ${values.busy} busy`);
  console.table(rows);
}

/**
 * Returns the median time of a tile by the clock, and of the processor time of all threads.
 * @param {Job} job
 * @returns {Promise<Times>}
 */
async function measure({ model, threads, spinning, tiles }) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const folder = at(`models/${model}`);
  /** @type {{ stages: { file: string }[] }} */
  const { stages } = JSON.parse(readFileSync(join(folder, 'plugin.json'), 'utf8'));
  const allowSpinning = spinning ? '1' : '0';
  const options = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    extra: {
      session: { set_denormal_as_zero: '1', 'intra_op.allow_spinning': allowSpinning },
    },
  };
  const sessions = [];
  for (const { file } of stages) {
    sessions.push(await InferenceSession.create(join(folder, file), options));
  }
  const samples = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i % 251) / 250);
  const image = new Tensor('float32', samples, [1, 3, SIDE, SIDE]);
  const times = [];
  // The first tile is not counted: it allocates the arenas.
  for (let tile = 0; tile <= tiles; tile++) {
    const began = performance.now();
    const used = process.cpuUsage();
    /** @type {Record<string, import('onnxruntime-node').Tensor>} Outputs of the earlier stages. */
    let known = { image };
    for (const session of sessions) {
      const feeds = Object.fromEntries(
        session.inputNames.map((name) => [name, known[name] ?? image]),
      );
      known = { ...known, ...(await session.run(feeds)) };
    }
    const { user, system } = process.cpuUsage(used);
    if (tile > 0) times.push({ ms: performance.now() - began, cpuMs: (user + system) / 1000 });
  }
  return { ms: median(times.map(({ ms }) => ms)), cpuMs: median(times.map((t) => t.cpuMs)) };
}

/**
 * Starts this script with a job.
 * @param {string} what A `Job` as JSON, or `busy`.
 */
function start(what) {
  const env = { ...process.env, UNSMEAR_SPINNING_JOB: what, ORT_DISABLE_TELEMETRY: '1' };
  return fork(self, [], { env });
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<Times>}
 */
function result(child) {
  return new Promise((resolve, reject) => {
    child.once('message', (/** @type {Times} */ times) => {
      resolve(times);
      child.kill();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`A measurement ended with exit code ${code}.`)));
  });
}

/**
 * Returns the table's columns of one kind.
 * @param {string} kind
 * @param {readonly Times[]} found
 */
function describe(kind, found) {
  const times = found.map(({ ms }) => ms);
  const range = [Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(0));
  return {
    [`${kind} ms`]: median(times).toFixed(0),
    [`${kind} range`]: range.join(' - '),
    [`${kind} cpu ms`]: median(found.map(({ cpuMs }) => cpuMs)).toFixed(0),
  };
}
