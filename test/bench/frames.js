/**
 * How much the editor's main thread works per frame while a large photo is panned and zoomed, with a restored part, a
 * mask and hints shown, in two sizes of the window.
 *
 *   node test/bench/frames.js [--megapixels 50] [--seconds 8] [--profile FILE]
 *
 * Chromium's own trace says how long each task of the page's main thread took. The tasks that begin between the commits of two
 * frames are the later one's work: input, script, layout, drawing, commit. The work is counted in the thread's own processor time, which
 * a busy machine does not stretch; beside it is the time on the clock. The canvas is drawn by a thread of its own: its work per picture,
 * and how many pictures per second it drew, stand in the last columns. `--profile` keeps the traces, with where the time went by
 * function, for the browser's profiler. Build first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import sharp from 'sharp';
import { runnerImport } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.js';

const { values } = parseArgs({
  options: {
    megapixels: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '8' },
    profile: { type: 'string' },
  },
});

const helper = async (name) =>
  (await runnerImport(new URL(`../e2e/${name}.ts`, import.meta.url).pathname)).module;
const [{ startHost }, { Editor }, { Wire }, { smeared }] = await Promise.all(
  ['host', 'editor', 'wire', 'pictures'].map(helper),
);

const WINDOWS = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
/** 3:2, as cameras have it. */
const height = Math.round(Math.sqrt((Number(values.megapixels) * 1e6) / 1.5));
const width = Math.round(height * 1.5);

const host = await startHost({ welcomed: true, theme: 'dark' });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  const page = await browser.newPage({ viewport: WINDOWS[0] });
  const editor = new Editor(page, new Wire(page));
  await photo(join(host.photos, 'large.jpg'));
  await editor.load(host.address);
  await editor.show('large.jpg');
  await prepare(editor);
  const rows = [];
  for (const viewport of WINDOWS) {
    await page.setViewportSize(viewport);
    for (const [name, move] of Object.entries(MOVES())) {
      const window = `${viewport.width}×${viewport.height}`;
      rows.push({
        window,
        move: name,
        ...(await measure(page, editor, `${window} ${name}`, move)),
      });
    }
  }
  console.log(
    `${width}×${height}, ${cpus()[0]?.model ?? 'processor unknown'}, ${cpus().length} cores`,
  );
  console.table(rows);
} finally {
  await browser.close();
  await host.stop();
}

/** One picture repeated: drawing fifty megapixels anew would take longer than the measurement. */
async function photo(path) {
  const tile = await smeared(1200, 800, 1).png().toBuffer();
  await sharp({ create: { width, height, channels: 3, background: '#888' } })
    .composite([{ input: tile, tile: true }])
    .jpeg({ quality: 90 })
    .toFile(path);
}

/** Some tiles restored, a mask with several strokes, two hints, both shown. */
async function prepare(editor) {
  const { page } = editor;
  await page.keyboard.press('1');
  await editor.restore();
  while (editor.wire.results('stage').length < 4) await page.waitForTimeout(200);
  await editor.restoring.getByRole('button', { name: 'Stop' }).click();
  await editor.restoring.getByRole('button', { name: 'Continue' }).waitFor({ timeout: 60_000 });
  const box = await editor.canvas.boundingBox();
  const drag = async (x, y, dx, dy) => {
    await page.mouse.move(box.x + x, box.y + y);
    await page.mouse.down();
    await page.mouse.move(box.x + x + dx, box.y + y + dy, { steps: 20 });
    await page.mouse.up();
  };
  await page.keyboard.press('b');
  // The smaller window's canvas has room for all of it.
  for (let i = 0; i < 5; i++) await drag(100, 80 + i * 90, 600, 40);
  await page.keyboard.press('i');
  await drag(80, 100, 200, 200);
  await drag(450, 300, 200, 200);
  await editor.panel('Regions').click();
  await page.keyboard.press('h');
}

/** Scripted input, as fast as a hand gives it: how original and result share the canvas, the key that sets the scale, and what then goes on. */
function MOVES() {
  const circle = (page, box, at) =>
    page.mouse.move(
      box.x + box.width / 2 + Math.cos(at * 3) * (box.width / 4),
      box.y + box.height / 2 + Math.sin(at * 3) * (box.height / 4),
    );
  const drag = async (page, box, goOn) => {
    await circle(page, box, 0);
    await page.mouse.down();
    for (let at = goOn(); at !== null; at = goOn()) await circle(page, box, at);
    await page.mouse.up();
  };
  const wheel = async (page, box, goOn) => {
    await page.mouse.move(box.x + box.width / 3, box.y + box.height / 3);
    for (let at = goOn(); at !== null; at = goOn()) {
      await page.mouse.wheel(0, Math.sin(at * 1.5) > 0 ? -40 : 40);
    }
  };
  return {
    'pan at 100 %': { compare: 'Split', key: '1', move: drag },
    'pan at 200 %': { compare: 'Split', key: '2', move: drag },
    'zoom by wheel': { compare: 'Split', key: '0', move: wheel },
    'pan, difference': { compare: 'Difference', key: '1', move: drag },
    'zoom, side by side': { compare: 'Side by side', key: '0', move: wheel },
  };
}

async function measure(page, editor, name, { compare, key, move }) {
  await editor.compare(compare).click();
  const box = await editor.canvas.boundingBox();
  const path = join(host.photos, 'trace.json');
  const categories = ['devtools.timeline', 'disabled-by-default-devtools.timeline'];
  if (values.profile) categories.push('disabled-by-default-v8.cpu_profiler');
  let begun = null;
  const goOn = () => {
    begun ??= performance.now();
    const at = (performance.now() - begun) / 1000;
    return at > Number(values.seconds) ? null : at;
  };
  await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  await browser.startTracing(page, { path, categories });
  await move(page, box, goOn);
  await browser.stopTracing();
  const text = await readFile(path, 'utf8');
  if (values.profile)
    await writeFile(`${values.profile}.${name.replaceAll(/\W+/g, '-')}.json`, text);
  return framesOf(JSON.parse(text).traceEvents);
}

/** Milliseconds per frame, as percentiles and the longest: the thread's own work, and the time on the clock that it took. */
function framesOf(events) {
  const [pid, tid] = busiest(events.filter(({ name }) => name === 'Commit'));
  const commits = events
    .filter((event) => event.name === 'BeginCommitCompositorFrame' && event.pid === pid)
    .map(({ ts }) => ts)
    .sort((a, b) => a - b);
  const work = new Array(commits.length + 1).fill(0);
  const clock = [...work];
  for (const { name, ph, ts, dur = 0, tdur = 0, ...event } of events) {
    if (name !== 'RunTask' || ph !== 'X' || event.pid !== pid || event.tid !== tid) continue;
    const frame = upTo(commits, ts);
    work[frame] += tdur / 1000;
    clock[frame] += dur / 1000;
  }
  return {
    frames: commits.length - 1,
    ...percentiles('', work),
    ...percentiles('clock ', clock),
    ...drawing(events, pid, tid),
  };
}

function percentiles(prefix, perFrame) {
  // What was before the first and after the last frame is no frame.
  const sorted = perFrame.slice(1, -1).sort((a, b) => a - b);
  const at = (share) => Number(sorted[Math.ceil(sorted.length * share) - 1]?.toFixed(1));
  const shares = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 };
  return Object.fromEntries(
    Object.entries(shares).map(([name, share]) => [`${prefix}${name}`, at(share)]),
  );
}

/** What the painter's thread did: the work per picture, of drawing and of loading tiles, and the pictures per second. */
function drawing(events, pid, main) {
  const drawn = events
    .filter(({ name, ...event }) => name === 'FireAnimationFrame' && event.pid === pid)
    .filter(({ tid }) => tid !== main)
    .sort((a, b) => a.ts - b.ts);
  const tid = drawn[0]?.tid;
  const work = events
    .filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid)
    .reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0);
  const seconds = (drawn.at(-1)?.ts - drawn[0]?.ts) / 1e6;
  return {
    'per picture': Number((work / drawn.length).toFixed(1)),
    'pictures/s': Math.round((drawn.length - 1) / seconds),
  };
}

/** Process and thread with the most events: other pages of the browser are idle. */
function busiest(events) {
  const counts = new Map();
  for (const { pid, tid } of events) {
    counts.set(`${pid}/${tid}`, (counts.get(`${pid}/${tid}`) ?? 0) + 1);
  }
  const [most = ''] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  return most.split('/').map(Number);
}

/** How many of the sorted numbers are below `value`. */
function upTo(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
