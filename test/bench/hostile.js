/**
 * How long a command takes on a folder of hostile files, and how much memory its processes hold together (Linux).
 *
 *   node test/bench/hostile.js batch FOLDER --out-dir OUT
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const EVERY_MS = 50;
const bin = fileURLToPath(new URL('../../bin/unsmear.js', import.meta.url));

const began = performance.now();
const child = spawn(process.execPath, [bin, ...process.argv.slice(2)], { stdio: 'inherit' });
const peak = { rss: 0, pss: 0 };
const timer = setInterval(() => {
  const now = tree(child.pid).map(memoryOf);
  peak.rss = Math.max(peak.rss, sum(now.map(({ rss }) => rss)));
  peak.pss = Math.max(peak.pss, sum(now.map(({ pss }) => pss)));
}, EVERY_MS);

child.on('close', (code) => {
  clearInterval(timer);
  const seconds = (performance.now() - began) / 1000;
  const [rss, pss] = [peak.rss, peak.pss].map((kilobytes) => Math.round(kilobytes / 1024));
  console.log(`exit code ${code}, ${seconds.toFixed(1)} s, peak of all processes: RSS ${rss} MB, PSS ${pss} MB`);
}); // prettier-ignore

/** A process and everything below it. */
function tree(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean);
  return [pid, ...children.flatMap((below) => tree(Number(below)))];
}

function memoryOf(pid) {
  const kilobytes = (text, name) => Number(text.match(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm'))?.[1] ?? 0);
  return {
    rss: kilobytes(read(`/proc/${pid}/status`), 'VmRSS'),
    pss: kilobytes(read(`/proc/${pid}/smaps_rollup`), 'Pss'),
  };
} // prettier-ignore

/** Empty for a process that has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
