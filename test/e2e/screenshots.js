/**
 * Takes pictures of every state of the editor, dark and light, in two window sizes, for a review by eye.
 *
 *   node test/e2e/screenshots.js FOLDER [--photo FILE] [--only NAME,NAME]
 *
 * Their names are <theme>-<width>-<state>.png. `--photo` adds a restored photo of your own. Build first.
 */
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { runnerImport } from 'vite';
import { CHROMIUM_FLAGS, findChromium } from '../../scripts/chromium.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { photo: { type: 'string' }, only: { type: 'string' } },
});
const folder = positionals[0];
if (folder === undefined) throw new Error('Name the folder that the pictures go to.');
await mkdir(folder, { recursive: true });
const only = values.only?.split(',');

const helper = async (name) =>
  (await runnerImport(new URL(`${name}.ts`, import.meta.url).pathname)).module;
const [{ startHost }, { Editor }, { Wire }, { visitStates }] = await Promise.all(
  ['host', 'editor', 'wire', 'states'].map(helper),
);

const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
try {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 1920, height: 1080 },
  ]) {
    for (const theme of ['dark', 'light']) await pictures(theme, viewport);
  }
} finally {
  await browser.close();
}

async function pictures(theme, viewport) {
  const host = await startHost({ welcomed: true, theme });
  const page = await browser.newPage({ viewport, reducedMotion: 'reduce', locale: 'en-US' });
  try {
    const editor = new Editor(page, new Wire(page));
    await editor.load(host.address);
    const look = async (state) => {
      if (only !== undefined && !only.includes(state)) return;
      await page.screenshot({ path: join(folder, `${theme}-${viewport.width}-${state}.png`) });
    };
    await visitStates({ editor, host, look, mapped: 'SAPHN-NU' });
    if (values.photo !== undefined) await ownPhoto(host, editor, theme, viewport);
  } finally {
    await page.close();
    await host.stop();
  }
}

/** Restores the given photo and takes a picture of the comparison. */
async function ownPhoto(host, editor, theme, viewport) {
  await copyFile(values.photo, join(host.photos, 'photo.jpg'));
  await editor.show('photo.jpg');
  await editor.restore();
  await editor.isRestored();
  await editor.page.screenshot({ path: join(folder, `${theme}-${viewport.width}-photo.png`) });
}
