/**
 * Measures the work of the editor's main thread per frame while a large photo is panned and zoomed,
 * with a restored part, a mask and hints shown, in two window sizes:
 *
 *   node test/bench/frames.js [--megapixels 50] [--seconds 8] [--profile FILE]
 *
 * Chromium's trace has the duration of each task of the page's main thread. Tasks that begin
 * between the commits of two frames belong to the later frame: input, script, layout, drawing,
 * commit. `p50` to `max` count the thread's processor time, which other processes do not stretch;
 * `clock` counts elapsed time. The canvas has its own thread: the last columns show its work per
 * picture and its pictures per second. `--profile` keeps the traces, with function times, for the
 * browser's profiler. Build first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { launchChromium, loadDriver, loadHelper } from '../e2e/drive.js';
import { sizeOf } from './photos.js';
import { machine } from './tools.js';

/**
 * @typedef {import('../e2e/editor.js').Editor} Editor
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {{ x: number, y: number, width: number, height: number }} Box
 * @typedef {() => number | null} Clock Seconds since the first call; `null` when time is up.
 * @typedef {(page: Page, box: Box, clock: Clock) => Promise<void>} Gesture
 * @typedef {{ compare: string, key: string, gesture: Gesture }} Move
 */
/**
 * @typedef {object} TraceEvent
 * @property {string} name
 * @property {string} ph
 * @property {number} pid
 * @property {number} tid
 * @property {number} ts Start in µs.
 * @property {number} [dur] Elapsed time in µs.
 * @property {number} [tdur] Processor time in µs.
 */

const { values } = parseArgs({
  options: {
    megapixels: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '8' },
    profile: { type: 'string' },
  },
});

const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const { width, height } = sizeOf(Number(values.megapixels));

const { startHost, Editor, Wire } = await loadDriver();
/** @type {typeof import('../e2e/pictures.js')} */
const { smeared } = await loadHelper('pictures');
const browser = await launchChromium();
const host = await startHost({ welcomed: true, theme: 'dark' });
try {
  const page = await browser.newPage({ viewport: WINDOWS[0] ?? null });
  const editor = new Editor(page, new Wire(page));
  await writePhoto(join(host.photos, 'large.jpg'));
  await editor.load(host.address);
  await editor.show('large.jpg');
  await prepare(editor);
  const rows = [];
  for (const viewport of WINDOWS) {
    await page.setViewportSize(viewport);
    for (const [name, move] of Object.entries(moves())) {
      const window = `${viewport.width}×${viewport.height}`;
      rows.push({ window, move: name, ...(await measure(editor, `${window} ${name}`, move)) });
    }
  }
  const { processor, threads } = machine();
  console.log(`${width}×${height}, ${processor}, ${threads} threads`);
  console.table(rows);
} finally {
  await browser.close();
  await host.stop();
}

/**
 * Writes a small picture, repeated: drawing 50 megapixels would take longer than the measurement.
 * @param {string} path
 */
async function writePhoto(path) {
  const tile = await smeared(1200, 800, 1).png().toBuffer();
  await sharp({ create: { width, height, channels: 3, background: '#888' } })
    .composite([{ input: tile, tile: true }])
    .jpeg({ quality: 90 })
    .toFile(path);
}

/**
 * Restores some tiles, paints several strokes and two hints, and shows both.
 * @param {Editor} editor
 */
async function prepare(editor) {
  const { page } = editor;
  await page.keyboard.press('1');
  await editor.restore();
  while (editor.wire.results('stage').length < 4) await page.waitForTimeout(200);
  await editor.restoring.getByRole('button', { name: 'Stop' }).click();
  await editor.restoring.getByRole('button', { name: 'Continue' }).waitFor({ timeout: 60_000 });
  const box = await canvasBox(editor);
  /**
   * @param {number} x
   * @param {number} y
   * @param {number} dx
   * @param {number} dy
   */
  const drag = async (x, y, dx, dy) => {
    await page.mouse.move(box.x + x, box.y + y);
    await page.mouse.down();
    await page.mouse.move(box.x + x + dx, box.y + y + dy, { steps: 20 });
    await page.mouse.up();
  };
  await page.keyboard.press('b');
  // All strokes fit into the canvas of the smaller window.
  for (let i = 0; i < 5; i++) await drag(100, 80 + i * 90, 600, 40);
  await page.keyboard.press('i');
  await drag(80, 100, 200, 200);
  await drag(450, 300, 200, 200);
  await editor.panel('Regions').click();
  await page.keyboard.press('h');
}

/** @param {Editor} editor */
async function canvasBox({ canvas }) {
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('The canvas is hidden.');
  return box;
}

/**
 * Returns scripted input at the speed of a hand: the way of comparing, the key that sets the zoom,
 * and the gesture.
 * @returns {Record<string, Move>}
 */
function moves() {
  /**
   * @param {Page} page
   * @param {Box} box
   * @param {number} at Seconds.
   */
  const circle = (page, box, at) =>
    page.mouse.move(
      box.x + box.width / 2 + Math.cos(at * 3) * (box.width / 4),
      box.y + box.height / 2 + Math.sin(at * 3) * (box.height / 4),
    );
  /** @type {Gesture} */
  const drag = async (page, box, clock) => {
    await circle(page, box, 0);
    await page.mouse.down();
    for (let at = clock(); at !== null; at = clock()) await circle(page, box, at);
    await page.mouse.up();
  };
  /** @type {Gesture} */
  const wheel = async (page, box, clock) => {
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 3);
    for (let at = clock(); at !== null; at = clock()) {
      await page.mouse.wheel(0, Math.sin(at * 1.5) > 0 ? -40 : 40);
    }
  };
  return {
    'pan at 100 %': { compare: 'Split', key: '1', gesture: drag },
    'pan at 200 %': { compare: 'Split', key: '2', gesture: drag },
    'zoom by wheel': { compare: 'Split', key: '0', gesture: wheel },
    'pan, difference': { compare: 'Difference', key: '1', gesture: drag },
    'zoom, side by side': { compare: 'Side by side', key: '0', gesture: wheel },
  };
}

/**
 * @param {Editor} editor
 * @param {string} name
 * @param {Move} move
 */
async function measure(editor, name, { compare, key, gesture }) {
  const { page } = editor;
  await editor.compare(compare).click();
  const box = await canvasBox(editor);
  const path = join(host.photos, 'trace.json');
  const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
  if (values.profile !== undefined) categories.push('disabled-by-default-v8.cpu_profiler');
  /** @type {number | null} */
  let began = null;
  const clock = () => {
    began ??= performance.now();
    const at = (performance.now() - began) / 1000;
    return at > Number(values.seconds) ? null : at;
  };
  await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  await browser.startTracing(page, { path, categories });
  await gesture(page, box, clock);
  await browser.stopTracing();
  const text = await readFile(path, 'utf8');
  if (values.profile !== undefined) {
    await writeFile(`${values.profile}.${name.replaceAll(/\W+/g, '-')}.json`, text);
  }
  return framesOf(JSON.parse(text).traceEvents);
}

/**
 * Returns percentiles of the time per frame in ms: the main thread's own, and by the clock.
 * @param {readonly TraceEvent[]} events
 */
function framesOf(events) {
  const { pid, tid } = busiestThread(events.filter(({ name }) => name === 'Commit'));
  const commits = events
    .filter((event) => event.name === 'BeginCommitCompositorFrame' && event.pid === pid)
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  /** @type {number[]} */
  const work = new Array(commits.length + 1).fill(0);
  const elapsed = [...work];
  for (const { name, ph, ts, dur = 0, tdur = 0, ...event } of events) {
    if (name !== 'RunTask' || ph !== 'X' || event.pid !== pid || event.tid !== tid) continue;
    const frame = countBelow(commits, ts);
    work[frame] += tdur / 1000;
    elapsed[frame] += dur / 1000;
  }
  return {
    frames: commits.length - 1,
    ...percentiles('', work),
    ...percentiles('clock ', elapsed),
    ...painterWork(events, pid, tid),
  };
}

/**
 * @param {string} prefix Prefix of the columns' names.
 * @param {readonly number[]} perFrame
 */
function percentiles(prefix, perFrame) {
  // The first entry precedes the first frame, the last one follows the last frame.
  const sorted = perFrame.slice(1, -1).sort((a, b) => a - b);
  /** @param {number} share */
  const at = (share) => Number(sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(1));
  const shares = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 };
  return Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [`${prefix}${name}`, at(share)]),
  );
}

/**
 * Returns the painter thread's work per picture, in ms, and its pictures per second.
 * @param {readonly TraceEvent[]} events
 * @param {number} pid The page's process.
 * @param {number} main The page's main thread.
 */
function painterWork(events, pid, main) {
  const drawn = events
    .filter(({ name, ...event }) => name === 'FireAnimationFrame' && event.pid === pid)
    .filter(({ tid }) => tid !== main)
    .sort((a, b) => a.ts - b.ts);
  const tid = drawn[0]?.tid;
  const work = events
    .filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid)
    .reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0);
  const seconds = ((drawn.at(-1)?.ts ?? NaN) - (drawn[0]?.ts ?? NaN)) / 1e6;
  return {
    'per picture': Number((work / drawn.length).toFixed(1)),
    'pictures/s': Math.round((drawn.length - 1) / seconds),
  };
}

/**
 * Returns the process and thread with the most events; other pages of the browser are idle.
 * @param {readonly TraceEvent[]} events
 */
function busiestThread(events) {
  /** @type {Map<string, { pid: number, tid: number, count: number }>} */
  const threads = new Map();
  for (const { pid, tid } of events) {
    const thread = threads.get(`${pid}/${tid}`) ?? { pid, tid, count: 0 };
    thread.count++;
    threads.set(`${pid}/${tid}`, thread);
  }
  const [busiest] = [...threads.values()].sort((a, b) => b.count - a.count);
  if (busiest === undefined) throw new Error('The trace has no frames.');
  return busiest;
}

/**
 * Returns how many of the sorted numbers are below `value`.
 * @param {readonly number[]} sorted
 * @param {number} value
 */
function countBelow(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
