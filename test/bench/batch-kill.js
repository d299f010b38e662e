/**
 * Checks that a batch which is killed again and again loses nothing:
 *
 *   node test/bench/batch-kill.js [--photos 1000] [--kills 50] [--seed 1] [--keep DIR]
 *
 * Restores small photos once without interruption, and once with `kill -9` at random moments and
 * `--resume` after each. Both runs must leave the same files with the same bytes. Build first.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { generator } from './random.js';
import { runProgram } from './run-program.js';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    model: { type: 'string', default: 'saphn-nu' },
    keep: { type: 'string' },
  },
});
const FORMATS = /** @type {const} */ (['jpeg', 'png', 'webp']);
const random = generator(Number(values.seed));
const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'unsmear-kill-'));
const photos = join(folder, 'photos');
const wantedKills = Number(values.kills);

try {
  mkdirSync(join(photos, 'more'), { recursive: true });
  for (let i = 0; i < Number(values.photos); i++) await writePhoto(i);
  const began = performance.now();
  const whole = await batch('whole', [photos, '--recursive'], null);
  const took = performance.now() - began;
  if (whole !== 0) throw new Error(`The uninterrupted run ended with ${whole}.`);
  console.log(`${values.photos} photos without interruption: ${(took / 1000).toFixed(0)} s`);

  const interval = took / (wantedKills + 1);
  let kills = 0;
  for (;;) {
    // A run that was killed before it wrote its journal has nothing to resume.
    const args = existsSync(join(folder, 'killed')) ? ['--resume'] : [photos, '--recursive'];
    const killAfterMs = kills < wantedKills ? randomMoment(interval) : null;
    const code = await batch('killed', args, killAfterMs);
    if (code === 0) break;
    if (code !== null) throw new Error(`A run ended with ${code}.`);
    kills++;
  }
  const differences = compare(hashFiles('whole'), hashFiles('killed'));
  console.log(`killed ${kills} times: ${differences.length} differences`);
  for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
  process.exitCode = differences.length === 0 && kills === wantedKills ? 0 : 1;
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

/**
 * Writes blurred noise of a random size, in one of three formats.
 * @param {number} index
 */
async function writePhoto(index) {
  const [width, height] = [64 + Math.floor(random() * 192), 64 + Math.floor(random() * 192)];
  const noise = Uint8Array.from({ length: width * height * 3 }, () => random() * 256);
  const picture = sharp(noise, { raw: { width, height, channels: 3 } }).blur(1 + 2 * random());
  const format = FORMATS[index % FORMATS.length] ?? 'jpeg';
  const name = `photo ${index}.${format}`;
  await picture.toFormat(format).toFile(join(photos, index % 10 === 0 ? 'more' : '.', name));
}

/**
 * Returns a random time in ms; it may fall before the first photo or after the last.
 * @param {number} mean
 */
function randomMoment(mean) {
  return 2 * mean * random();
}

/**
 * Runs a batch with its own data folder; resolves with the exit code, `null` after a kill.
 * @param {string} name Name of the folder of results.
 * @param {readonly string[]} args
 * @param {number | null} killAfterMs
 */
async function batch(name, args, killAfterMs) {
  const options = ['--out-dir', name, '--model', values.model, '--quiet'];
  const { code } = await runProgram(['batch', ...args, ...options], {
    cwd: folder,
    env: { UNSMEAR_DATA_DIR: join(folder, `data-${name}`) },
    killAfterMs,
  });
  return code;
}

/**
 * Returns the hash of every file below a folder, hidden ones included, by relative path.
 * @param {string} name
 * @returns {Map<string, string>}
 */
function hashFiles(name) {
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

/**
 * @param {Map<string, string>} expected
 * @param {Map<string, string>} found
 */
function compare(expected, found) {
  const names = new Set([...expected.keys(), ...found.keys()]);
  return [...names].flatMap((name) => {
    if (!found.has(name)) return [`missing: ${name}`];
    if (!expected.has(name)) return [`unexpected: ${name}`];
    return expected.get(name) === found.get(name) ? [] : [`other bytes: ${name}`];
  });
}
