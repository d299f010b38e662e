/**
 * A batch that is killed again and again loses nothing:
 *
 *   node test/bench/batch-kill.js [--photos 1000] [--kills 50] [--seed 1] [--keep DIR]
 *
 * Makes small photos, restores them once without interruption, and once with `kill -9` at random moments,
 * each time gone on with by `--resume`. Then every result must be there once, whole, and the same bytes, with nothing else
 * beside it. Build first.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { generator } from './random.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: 'saphn-nu' },
    keep: { type: 'string' },
  },
});
const unsmear = fileURLToPath(new URL('../../bin/unsmear.js', import.meta.url));
const random = generator(Number(values.seed));
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'unsmear-kill-'));
const photos = join(folder, 'photos');

try {
  mkdirSync(join(photos, 'more'), { recursive: true });
  for (let i = 0; i < Number(values.photos); i++) await makePhoto(i);
  const began = performance.now();
  const whole = await run('whole', ['batch', photos, '--recursive', '--out-dir', 'whole'], null);
  const took = performance.now() - began;
  if (whole !== 0) throw new Error(`The uninterrupted run ended with ${whole}.`);
  console.log(`${values.photos} photos without interruption: ${(took / 1000).toFixed(0)} s`);

  const share = took / (Number(values.kills) + 1);
  let kills = 0;
  let code = await run(
    'killed',
    ['batch', photos, '--recursive', '--out-dir', 'killed'],
    moment(share),
  );
  while (code !== 0) {
    if (code !== null) throw new Error(`A run ended with ${code}.`);
    kills++;
    const kill = kills < Number(values.kills) ? moment(share) : null;
    code = await run('killed', ['batch', '--resume', '--out-dir', 'killed'], kill);
  }
  const differences = compare(listing('whole'), listing('killed'));
  console.log(`killed ${kills} times: ${differences.length} differences`);
  for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
  process.exitCode = differences.length === 0 && kills === Number(values.kills) ? 0 : 1;
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

/** Blurred noise of a size of its own, in three formats. */
async function makePhoto(i) {
  const [width, height] = [64 + Math.floor(random() * 192), 64 + Math.floor(random() * 192)];
  const noise = Buffer.from({ length: width * height * 3 }, () => Math.floor(random() * 256));
  const picture = sharp(noise, { raw: { width, height, channels: 3 } }).blur(1 + 2 * random());
  const format = ['jpeg', 'png', 'webp'][i % 3];
  const name = `photo ${i}.${format}`;
  await picture.toFormat(format).toFile(join(photos, i % 10 === 0 ? 'more' : '.', name));
}

/** Milliseconds until a kill: anywhere, also before the first photo. */
function moment(mean) {
  return 2 * mean * random();
}

/** The exit code, null: killed. */
function run(name, command, killAfter) {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [unsmear, ...command, '--model', values.model, '--quiet'],
      {
        cwd: folder,
        env: { ...process.env, UNSMEAR_DATA_DIR: join(folder, `data-${name}`) },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const timer = killAfter === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfter);
    child.on('error', reject);
    child.on('exit', (code) => {
      if (timer !== null) clearTimeout(timer);
      resolve(code);
    });
  });
}

/** Hash of every file, hidden ones included, by its place. */
function listing(name) {
  const top = join(folder, name);
  const files = new Map();
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    files.set(path.slice(top.length), hash);
  }
  return files;
}

function compare(wanted, found) {
  const names = new Set([...wanted.keys(), ...found.keys()]);
  return [...names].flatMap((name) => {
    if (!found.has(name)) return [`missing: ${name}`];
    if (!wanted.has(name)) return [`too much: ${name}`];
    return wanted.get(name) === found.get(name) ? [] : [`other bytes: ${name}`];
  });
}
