/**
 * Preloaded into the host: on SIGUSR2 it prints the event loop's delays since the last time, in milliseconds. `busy`: the most
 * processor time that the process took in any one delay. Where it is far below `max` the machine's cores were taken.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const STEP = 5;
const histogram = monitorEventLoopDelay({ resolution: STEP });
histogram.enable();

let busy = 0;
let before = process.cpuUsage();
setInterval(() => {
  const { user, system } = process.cpuUsage(before);
  busy = Math.max(busy, (user + system) / 1000);
  before = process.cpuUsage();
}, STEP).unref();

process.on('SIGUSR2', () => {
  const ms = (value) => Math.round(value / 1e5) / 10;
  const { mean, max } = histogram;
  const [p50, p99] = [50, 99].map((percent) => ms(histogram.percentile(percent)));
  const delays = { mean: ms(mean), p50, p99, max: ms(max), busy: Math.round(10 * busy) / 10 };
  process.stderr.write(`delays ${JSON.stringify(delays)}\n`);
  histogram.reset();
  busy = 0;
});
