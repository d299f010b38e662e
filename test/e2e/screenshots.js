/**
 * Takes screenshots of every state of the editor, dark and light, in two window sizes:
 *
 *   node test/e2e/screenshots.js FOLDER [--photo FILE] [--only NAME,NAME]
 *
 * Files are named `<theme>-<width>-<state>.png`. `--photo` adds a restored photo of your own.
 * Build first.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launchChromium, loadDriver, loadHelper } from './drive.js';

/** @typedef {import('../bench/photos.js').Size} Size */

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photo: { type: 'string' }, only: { type: 'string' } },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('Name a folder for the screenshots.');
await mkdir(folder, { recursive: true });
const only = values.only?.split(',');

const { startHost, Editor, Wire } = await loadDriver();
/** @type {typeof import('./states.js')} */
const { visitStates } = await loadHelper('states');
const browser = await launchChromium();
try {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ]) {
    for (const theme of ['dark', 'light']) await takeScreenshots(theme, viewport);
  }
} finally {
  await browser.close();
}

/**
 * @param {string} theme
 * @param {Size} viewport
 */
async function takeScreenshots(theme, viewport) {
  const host = await startHost({ welcomed: true, theme });
  const page = await browser.newPage({ viewport, reducedMotion: 'reduce', locale: 'en-US' });
  try {
    const editor = new Editor(page, new Wire(page));
    await editor.load(host.address);
    /** @param {string} state */
    const onState = async (state) => {
      if (only !== undefined && !only.includes(state)) return;
      await page.screenshot({ path: join(folder, `${theme}-${viewport.width}-${state}.png`) });
    };
    await visitStates({ editor, host, onState, mapped: 'SAPHN-NU' });
    if (values.photo !== undefined) {
      await copyFile(values.photo, join(host.photos, 'photo.jpg'));
      await editor.show('photo.jpg');
      await editor.restore();
      await editor.isRestored();
      await onState('photo');
    }
  } finally {
    await page.close();
    await host.stop();
  }
}
