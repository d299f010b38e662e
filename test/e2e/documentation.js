/**
 * Takes the screenshots of docs/editor.md, with the project's own sample photo:
 *
 *   node test/e2e/documentation.js docs/editor
 *
 * Build first.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from '@playwright/test';
import sharp from 'sharp';
import { launchChromium, loadDriver, loadHelper } from './drive.js';

/** @typedef {import('./editor.js').Editor} Editor */

const SAMPLE = fileURLToPath(new URL('../../resources/sample-blurred.jpg', import.meta.url));
const NAME = 'signs.jpg';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Name a folder for the pictures.');
await mkdir(folder, { recursive: true });

const { startHost, Editor, Wire } = await loadDriver();
/** @type {typeof import('./batch-dialog.js')} */
const { BatchDialog } = await loadHelper('batch-dialog');
const browser = await launchChromium();
const host = await startHost({ welcomed: true, theme: 'dark' });
try {
  await copyFile(SAMPLE, join(host.photos, NAME));
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    locale: 'en-US',
  });
  const editor = new Editor(page, new Wire(page));
  await editor.load(host.address);
  await visit(editor, host.gate);
} finally {
  await browser.close();
  await host.stop();
}

/**
 * @param {Editor} editor
 * @param {import('../engine/tile-gate.js').TileGate} gate
 */
async function visit(editor, gate) {
  const { page } = editor;
  /** @param {string} name */
  const takeScreenshot = async (name) => {
    // Moves the pointer to a place without a tooltip.
    await page.mouse.move(640, 798);
    await expect(page.getByRole('tooltip')).toHaveCount(0);
    const picture = sharp(await page.screenshot());
    await picture.webp({ quality: 82, effort: 6 }).toFile(join(folder, `${name}.webp`));
  };
  await takeScreenshot('start');
  await editor.show(NAME);
  await editor.takeSmallTiles();
  const held = gate.hold({ step: 7 });
  await editor.restore();
  await held;
  await takeScreenshot('restoring');
  gate.release();
  await editor.isRestored();
  await takeScreenshot('compare');
  await page.keyboard.press('b');
  await drag(editor, [0.3, 0.55], [0.5, 0.57]);
  await expect(editor.regions).toHaveCount(1);
  await takeScreenshot('regions');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('i');
  await drag(editor, [0.55, 0.4], [0.75, 0.65]);
  await expect(editor.hints).toHaveCount(1);
  await takeScreenshot('hints');
  await editor.restore();
  await editor.isRestored();
  await page.keyboard.press('h');
  await editor.panel('Inspect').click();
  await editor.showMap('Blur');
  await takeScreenshot('inspect');
  await editor.map('None').click();
  await editor.panel('Export').click();
  await takeScreenshot('export');
  await page.keyboard.press('Control+Shift+e');
  const batch = new BatchDialog(page);
  await batch.button('Add a folder…').click();
  await batch.chooseFolder('photos');
  await expect(batch.dialog).toContainText('Photos: 1,');
  await takeScreenshot('batch');
}

/**
 * Drags over the canvas; points are fractions of its size.
 * @param {Editor} editor
 * @param {readonly [number, number]} from
 * @param {readonly [number, number]} to
 */
async function drag({ canvas, page }, from, to) {
  const box = await canvas.boundingBox();
  if (box === null) throw new Error('The canvas is hidden.');
  const { x, y, width, height } = box;
  await page.mouse.move(x + from[0] * width, y + from[1] * height);
  await page.mouse.down();
  await page.mouse.move(x + to[0] * width, y + to[1] * height, { steps: 8 });
  await page.mouse.up();
}
