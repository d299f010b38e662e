/**
 * Measures what the editor shows in the first seconds of restoring a large photo, with screenshots:
 *
 *   node test/bench/octaves/first-seconds.js --photos DIR --screenshots DIR [--megapixels 24]
 *     [--lengths 10,40,80] [--kind enlarged] [--seed 1] [--work DIR] [--out FILE]
 *
 * For each length of the camera's path one photo is opened, zoomed to fit (from 40 px on) or to
 * 100 %, and restored, with the network warm from a small photo. Columns are seconds from pressing
 * Restore to an event: the first tile of the octaves that are computed for the whole photo
 * (`first`) and the last one (`coarse`), and the first tile of the full size (`full`). Screenshots
 * are taken before, 1 and 2 seconds after pressing, and when the first tile of the full size is
 * there. Build first.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { launchChromium, loadDriver, loadHelper } from '../../e2e/drive.js';
import { writePairs } from './pairs.js';
import { COMMON, inWorkFolder, numbersOf, report, sourcesOf } from './settings.js';

/** @typedef {import('../../e2e/editor.js').Editor} Editor */

/** Most octaves of a photo, and the shortest side in pixels of the coarsest. */
const OCTAVES = 7;
const COARSEST = 32;

const { values } = parseArgs({
  options: {
    ...COMMON,
    screenshots: { type: 'string' },
    megapixels: { type: 'string', default: '24' },
    lengths: { type: 'string', default: '10,40,80' },
    kind: { type: 'string', default: 'enlarged' },
  },
});
/** From this length on, blur is judged on the whole photo. */
const LONG = 40;
/** Octaves up to this long side in pixels are computed for the whole photo first. */
const COARSE = 1024;
const lengths = numbersOf(values.lengths);
const sources = await sourcesOf(values.photos);
if (values.screenshots === undefined) throw new Error('Name a folder with --screenshots.');
const screenshots = values.screenshots;
await mkdir(screenshots, { recursive: true });

const { startHost, Editor, Wire } = await loadDriver();
/** @type {typeof import('../../e2e/pictures.js')} */
const { smeared } = await loadHelper('pictures');

await inWorkFolder(values.work, async (folder) => {
  const pairs = await writePairs({
    ...{ sources, folder, lengths, seed: Number(values.seed), format: 'jpeg' },
    ...{ megapixels: [Number(values.megapixels)], count: 2 },
  });
  const pair = pairs.find(({ kind }) => kind === values.kind);
  if (pair === undefined) throw new Error('--kind must be native or enlarged.');
  const browser = await launchChromium();
  const host = await startHost({ welcomed: true, theme: 'dark' });
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    const editor = new Editor(page, new Wire(page));
    await smeared(600, 400, 1).jpeg().toFile(join(host.photos, 'warm.jpg'));
    await editor.load(host.address);
    const table = [];
    for (const length of lengths) {
      const name = `${length}.jpg`;
      await copyFile(pair.blurred.get(length) ?? '', join(host.photos, name));
      await warmUp(editor);
      table.push({ length, ...(await measure(host, editor, name, length)) });
      console.log(Object.values(table.at(-1) ?? {}).join('  '));
    }
    const settings = { ...values, photo: basename(pair.sharp) };
    report(values.out, table, { settings, table }, sources);
  } finally {
    await browser.close();
    await host.stop();
  }
});

/**
 * Restores a small photo, which loads the network.
 * @param {Editor} editor
 */
async function warmUp(editor) {
  await editor.show('warm.jpg');
  await editor.page.keyboard.press('r');
  await editor.isRestored();
}

/**
 * @param {import('../../e2e/host.js').Host} host
 * @param {Editor} editor
 * @param {string} name
 * @param {number} length
 */
async function measure(host, editor, name, length) {
  const { page, wire } = editor;
  await editor.show(name);
  await page.keyboard.press(length >= LONG ? '0' : '1');
  // Scores and pictures of the opened photo come first.
  await page.waitForTimeout(4000);
  const before = wire.events.length;
  /** @param {string} when */
  const shoot = (when) => page.screenshot({ path: join(screenshots, `${length}-${when}.png`) });
  await shoot('before');
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  await page.keyboard.press('r');
  const { width, height } = await sharp(join(host.photos, name)).metadata();
  const halvings = Math.floor(Math.log2(Math.min(width, height) / COARSEST));
  const finest = Math.min(OCTAVES, halvings + 1);
  /** @type {Map<number, number>} Time of the first and the last tile by octave. */
  const firsts = new Map();
  /** @type {Map<number, number>} */
  const lasts = new Map();
  const shots = [1, 2];
  let seen = before;
  while (seconds() < 60 && (!firsts.has(0) || shots.length > 0)) {
    if (shots[0] !== undefined && seconds() >= shots[0]) await shoot(`${shots.shift()}-s`);
    for (; seen < wire.events.length; seen++) {
      const event = wire.events[seen];
      if (event?.type !== 'result' || event.event.type !== 'stage') continue;
      // Stages count from the coarsest octave.
      const octave = finest - event.event.stage;
      if (!firsts.has(octave)) firsts.set(octave, seconds());
      lasts.set(octave, seconds());
    }
    await page.waitForTimeout(10);
  }
  await page.waitForTimeout(500);
  await shoot('full');
  await page.keyboard.press('Escape');
  const coarse = [...lasts].filter(([octave]) => width / 2 ** octave <= COARSE);
  return {
    first: Math.min(...firsts.values()).toFixed(2),
    coarse: Math.max(...coarse.map(([, at]) => at)).toFixed(2),
    full: firsts.get(0)?.toFixed(2) ?? 'not within a minute',
  };
}
