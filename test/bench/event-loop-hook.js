/**
 * Preloaded into the host: on SIGUSR2 it prints the event loop's delays since the last signal, in
 * ms. `busy` is the most processor time that the process used within one delay; where `max` is far
 * larger, other processes had the cores.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const STEP_MS = 5;
const histogram = monitorEventLoopDelay({ resolution: STEP_MS });
histogram.enable();

let busy = 0;
let before = process.cpuUsage();
setInterval(() => {
  const { user, system } = process.cpuUsage(before);
  busy = Math.max(busy, (user + system) / 1000);
  before = process.cpuUsage();
}, STEP_MS).unref();

/** @param {number} nanoseconds */
const toMs = (nanoseconds) => Math.round(nanoseconds / 1e5) / 10;

process.on('SIGUSR2', () => {
  const { mean, max } = histogram;
  const [p50, p99] = [50, 99].map((percent) => toMs(histogram.percentile(percent)));
  const delays = { mean: toMs(mean), p50, p99, max: toMs(max), busy: Math.round(10 * busy) / 10 };
  process.stderr.write(`delays ${JSON.stringify(delays)}\n`);
  histogram.reset();
  busy = 0;
});
