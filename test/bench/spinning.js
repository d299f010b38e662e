/**
 * Times one 512×512 tile through all stages of a network, with and without spinning threads:
 *
 *   node test/bench/spinning.js [--model adn] [--threads 1,2,all] [--rounds 5] [--tiles 4] [--busy 0]
 *
 * Each measurement runs in a process of its own, since live sessions of both kinds would disturb each other; the two kinds take
 * turns. `--busy N` keeps N other processes computing meanwhile. Prints milliseconds a tile (median, smallest and largest of the
 * rounds' medians) and the processor time that a tile takes.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const SIDE = 512;
const self = fileURLToPath(import.meta.url);
const job = process.env.UNSMEAR_SPINNING_JOB;
if (job === undefined) await compare();
else if (job === 'busy') for (;;);
else process.send(await measure(JSON.parse(job)));

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
  const all = availableParallelism();
  const counts = values.threads.split(',').map((n) => (n === 'all' ? all : Number(n)));
  const others = Array.from({ length: Number(values.busy) }, () => start('busy'));
  const rows = [];
  try {
    for (const threads of new Set(counts)) {
      const found = { 0: [], 1: [] };
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const spinning of round % 2 === 0 ? [0, 1] : [1, 0]) {
          const asked = { model: values.model, threads, spinning, tiles: Number(values.tiles) };
          found[spinning].push(await answer(start(JSON.stringify(asked))));
        }
      }
      rows.push({ threads, ...described('spinning', found[1]), ...described('quiet', found[0]) });
    }
  } finally {
    for (const child of others) child.kill();
  }
  console.log(
    `${values.model}, one tile of ${SIDE}×${SIDE}; ${all} threads here, ${values.busy} busy`,
  );
  console.table(rows);
}

/** `{ms, cpuMs}`: medians of a tile's time by the clock, and of the processor time of all its threads. */
async function measure({ model, threads, spinning, tiles }) {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const folder = fileURLToPath(new URL(`../../models/${model}`, import.meta.url));
  const { stages } = JSON.parse(readFileSync(join(folder, 'plugin.json'), 'utf8'));
  const options = {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    extra: {
      session: { set_denormal_as_zero: '1', 'intra_op.allow_spinning': String(spinning) },
    },
  };
  const sessions = [];
  for (const { file } of stages) {
    sessions.push(await InferenceSession.create(join(folder, file), options));
  }
  const image = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i % 251) / 250);
  const tensor = new Tensor('float32', image, [1, 3, SIDE, SIDE]);
  const times = [];
  // The first tile makes the arenas.
  for (let tile = 0; tile <= tiles; tile++) {
    const began = performance.now();
    const used = process.cpuUsage();
    let known = { image: tensor };
    for (const session of sessions) {
      const feeds = Object.fromEntries(session.inputNames.map((name) => [name, known[name]]));
      known = { ...known, ...(await session.run(feeds)) };
    }
    const { user, system } = process.cpuUsage(used);
    if (tile > 0) times.push({ ms: performance.now() - began, cpuMs: (user + system) / 1000 });
  }
  return { ms: median(times.map(({ ms }) => ms)), cpuMs: median(times.map((t) => t.cpuMs)) };
}

function start(what) {
  const env = { ...process.env, UNSMEAR_SPINNING_JOB: what, ORT_DISABLE_TELEMETRY: '1' };
  return fork(self, [], { env });
}

function answer(child) {
  return new Promise((resolve, reject) => {
    child.once('message', (found) => {
      resolve(found);
      child.kill();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a measurement ended with exit code ${code}`)));
  });
}

function described(kind, found) {
  const times = found.map(({ ms }) => ms).sort((a, b) => a - b);
  const range = `${times[0].toFixed(0)} - ${times.at(-1).toFixed(0)}`;
  const cpu = median(found.map(({ cpuMs }) => cpuMs)).toFixed(0);
  return {
    [`${kind} ms`]: median(times).toFixed(0),
    [`${kind} range`]: range,
    [`${kind} cpu ms`]: cpu,
  };
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
