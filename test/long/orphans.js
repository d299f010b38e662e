/**
 * Kills the command line many times and counts the engines that outlive it (Linux):
 *
 *   node test/long/orphans.js [--kills 32] [--from 0.1] [--to 1] [--after engine]
 *
 * The kills are spread from `--from` to `--to` seconds after the start of the command. With
 * `--after engine` they are counted from the start of its engine, so that they hit the engine's
 * imports on a busy machine, too. Build first.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const PROGRAM = new URL('../../bin/unsmear.js', import.meta.url).pathname;
/** Time for an engine to end after its parent; needed on a busy machine only. */
const GRACE_MS = 5000;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '32' },
    from: { type: 'string', default: '0.1' },
    to: { type: 'string', default: '1' },
    after: { type: 'string', default: 'command' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'unsmear-orphans-'));
try {
  const photo = await makePhoto();
  const count = Number(values.kills);
  const [from, to] = [Number(values.from) * 1000, Number(values.to) * 1000];
  let started = 0;
  let left = 0;
  for (let i = 0; i < count; i++) {
    const ms = Math.round(from + ((to - from) * i) / Math.max(1, count - 1));
    const { hadEngine, orphans } = await killAfter(ms, photo);
    if (hadEngine) started++;
    left += orphans.length;
    console.log(`${ms} ms: ${hadEngine ? 'engine' : 'no engine yet'}, ${orphans.length} left`);
    for (const pid of orphans) process.kill(pid, 'SIGKILL');
  }
  console.log(`${count} kills, ${started} of them with an engine: ${left} engines left.`);
  process.exitCode = left === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function makePhoto() {
  const path = join(folder, 'photo.png');
  const noise = { type: /** @type {const} */ ('gaussian'), mean: 128, sigma: 40 };
  const create = { width: 1600, height: 1200, background: '#888', noise };
  await sharp({ create: { ...create, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

/**
 * Starts a restoration and kills it after `ms`; returns the engines that survive the grace.
 * @param {number} ms
 * @param {string} photo
 */
async function killAfter(ms, photo) {
  const args = ['deblur', photo, '-o', join(folder, `${ms}.png`), '--provider', 'cpu', '--no-skip'];
  const env = { ...process.env, TMPDIR: folder, UNSMEAR_DATA_DIR: folder };
  const child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (values.after === 'engine' && !(await hasChild(child.pid ?? 0))) await pause(2);
  await pause(ms);
  const before = await engines();
  child.kill('SIGKILL');
  await ended;
  await pause(300);
  for (let waited = 0; waited < GRACE_MS && (await engines()).length > 0; waited += 100) {
    await pause(100);
  }
  return { hadEngine: before.length > 0, orphans: await engines() };
}

/** @param {number} pid */
async function hasChild(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return children.trim() !== '';
}

/** Returns the engine processes that use our folder. */
async function engines() {
  const pids = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    /** @param {string} file */
    const read = async (file) => (await readFile(`/proc/${name}/${file}`, 'utf8')).split('\0');
    try {
      const isEngine = (await read('cmdline')).some((one) => one.endsWith('/engine.js'));
      if (isEngine && (await read('environ')).includes(`TMPDIR=${folder}`)) pids.push(Number(name));
    } catch {
      // The process has ended, or belongs to another user.
    }
  }
  return pids;
}
