/**
 * Speed and memory of the whole command line on generated photos:
 *
 *   node test/bench/engine.js [--model ID] [--megapixels 1,24,100] [--work MP] [--keep]
 *
 * `--work` limits the restored area with a mask (default 8 MP per photo): memory does not depend on
 * how many tiles were worked on, minutes do. Build first.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { treePss } from './sample-memory.js';

const PROGRAM = new URL('../../bin/unsmear.js', import.meta.url).pathname;
const MB = 2 ** 20;

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    megapixels: { type: 'string', default: '1,24,100' },
    work: { type: 'string', default: '8' },
    keep: { type: 'boolean', default: false },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'unsmear-bench-'));
try {
  const rows = [];
  for (const megapixels of values.megapixels.split(',').map(Number)) {
    rows.push(await measure(megapixels, Number(values.work)));
  }
  console.table(rows);
} finally {
  if (values.keep) console.log(folder);
  else await rm(folder, { recursive: true, force: true });
}

async function measure(megapixels, work) {
  const width = Math.round(Math.sqrt(megapixels * 1.5) * 1000);
  const height = Math.round((megapixels * 1e6) / width);
  const photo = await makePhoto(width, height);
  const share = Math.min(1, work / megapixels);
  const mask = share < 1 ? await makeMask(width, height, share) : null;
  const args = ['deblur', photo, photo, '--out-dir', folder, '--no-skip', '--json'];
  args.push('--format', 'jpeg', '--quality', '90', '--provider', 'cpu');
  if (values.model) args.push('--model', values.model);
  if (mask) args.push('--mask', mask);
  const { json, peak } = await run(args);
  // The second time sessions are warm.
  const report = JSON.parse(json).outputs[1];
  const restored = megapixels * share;
  return {
    photo: `${width}×${height}`,
    restored: `${restored.toFixed(1)} MP`,
    tiles: report.tiles.processed,
    seconds: (report.ms / 1000).toFixed(1),
    'MP/s': (restored / (report.ms / 1000)).toFixed(3),
    'in runtime': `${Math.round((100 * report.inferenceMs) / report.ms)} %`,
    'load ms': Math.round(JSON.parse(json).outputs[0].loadMs),
    'peak PSS MB': peak === 0 ? 'not told' : Math.round(peak / MB),
  };
}

/** Band-limited noise, blurred along x: detail everywhere, and the same every time. */
async function makePhoto(width, height) {
  const small = { width: Math.ceil(width / 4), height: Math.ceil(height / 4), channels: 3 };
  const data = Buffer.alloc(small.width * small.height * 3);
  let state = 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = 60 + (state >>> 25);
  }
  const path = join(folder, `photo-${width}x${height}.jpg`);
  await sharp(data, { raw: small, limitInputPixels: false })
    .resize(width, height, { kernel: 'cubic' })
    .jpeg({ quality: 92 })
    .toFile(path);
  return path;
}

async function makeMask(width, height, share) {
  const w = Math.round(width * Math.sqrt(share));
  const h = Math.round(height * Math.sqrt(share));
  const path = join(folder, `mask-${width}x${height}.png`);
  await sharp({
    create: { width: w, height: h, channels: 3, background: '#fff' },
    limitInputPixels: false,
  })
    .extend({ right: width - w, bottom: height - h, background: '#000' })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return path;
}

function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let json = '';
    let told = '';
    let peak = 0;
    const timer = setInterval(() => (peak = Math.max(peak, treePss(child.pid))), 100);
    child.stdout.on('data', (chunk) => (json += chunk));
    child.stderr.on('data', (chunk) => (told = (told + chunk).slice(-2000)));
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ json, peak });
      else reject(new Error(`exit code ${code}: ${told}`));
    });
  });
}
