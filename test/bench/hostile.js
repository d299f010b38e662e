/**
 * Measures the time of a command on hostile files and the memory of its processes (Linux):
 *
 *   node test/bench/hostile.js batch FOLDER --out-dir OUT
 *
 * Build first.
 */
import { runProgram } from './run-program.js';
import { treePss, treeRss } from './sample-memory.js';
import { MB } from './tools.js';

const peak = { rss: 0, pss: 0 };
const began = performance.now();
const { code } = await runProgram(process.argv.slice(2), {
  sampleEveryMs: 50,
  sample: (pid) => {
    peak.rss = Math.max(peak.rss, treeRss(pid));
    peak.pss = Math.max(peak.pss, treePss(pid));
  },
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);
const [rss, pss] = [peak.rss, peak.pss].map((bytes) => `${Math.round(bytes / MB)} MB`);
console.log(`exit code ${code}, ${seconds} s, peak of all processes: RSS ${rss}, PSS ${pss}`);
