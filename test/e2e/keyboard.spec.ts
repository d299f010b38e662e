/** Takes the same path without a pointer, and lists what the keyboard reaches. */
import { join } from 'node:path';
import { compareFiles } from './compare-files.js';
import { focusable, focusStops } from './focus.js';
import { smearedPhoto } from './pictures.js';
import { expect, test } from './test.js';

test.use({ tiny: ['staged'] });

test('a photo is restored and exported by keyboard alone', async ({ editor, host }) => {
  const input = await smearedPhoto(host.photos, 'street.png');
  const { dialog, page } = editor;
  // Proves that no helper uses a pointer.
  await page.evaluate(() => {
    const note = (): void => void (document.documentElement.dataset.pointer = 'used');
    for (const type of ['pointerdown', 'pointermove', 'wheel']) addEventListener(type, note);
  });

  await test.step('open', async () => {
    await editor.press('Control+o');
    await editor.enter(dialog.getByRole('button', { name: 'photos', exact: true }));
    await editor.enter(dialog.getByRole('button', { name: /^street\.png/ }));
    await editor.enter(dialog.getByRole('button', { name: 'Open', exact: true }));
    await expect(editor.canvas).toHaveAccessibleName('Photo street.png');
  });

  await test.step('restore, and compare', async () => {
    await editor.press('r');
    await editor.isRestored();
    await editor.tabTo(editor.split);
    await editor.press(['ArrowLeft', 3]);
    expect(Number(await editor.split.getAttribute('aria-valuenow'))).toBeLessThan(50);
  });

  await test.step('paint with the crosshair', async () => {
    await editor.press('b');
    await editor.tabTo(editor.canvas);
    // From the middle (320, 240), at most 80 px a press: at most from (160, 240) to (480, 240).
    await editor.press(['Shift+ArrowLeft', 2], 'Enter', ['Shift+ArrowRight', 4], 'Enter');
    await expect(editor.regions).toHaveCount(1);
    await editor.press('Control+z');
    await expect(editor.regions).toHaveCount(0);
    await editor.press('Control+Shift+z');
    await expect(editor.regions).toHaveCount(1);
  });

  await test.step('a hint', async () => {
    await editor.press('i');
    await editor.tabTo(editor.canvas);
    await editor.press('Enter', ['Shift+ArrowLeft', 2], ['Shift+ArrowDown', 1], 'Enter');
    await expect(editor.hints).toHaveCount(1);
    await editor.press('r');
    await editor.isRestored();
  });

  await test.step('export', async () => {
    await editor.press('Control+e');
    await editor.enter(editor.chooseFolder);
    await editor.enter(dialog.getByRole('button', { name: 'photos', exact: true }));
    await editor.enter(dialog.getByRole('button', { name: 'Choose this folder' }));
    await editor.enter(editor.exportButton);
    await expect(editor.exported).toBeVisible();
    const output = join(host.photos, 'street.deblurred.png');
    // The brush is 120 px wide.
    const part = { x: 100, y: 180, w: 440, h: 120 };
    const { outside, inside } = await compareFiles(input, output, part);
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(0.25);
  });

  expect(await page.evaluate(() => document.documentElement.dataset.pointer)).toBeUndefined();
});

test('Tab reaches every control and shows the focus', async ({ editor, host }) => {
  await smearedPhoto(host.photos, 'street.png');
  await editor.show('street.png');
  await editor.restore();
  await editor.isRestored();
  for (const panel of ['Restore', 'Export'] as const) {
    await editor.panel(panel).click();
    const stops = await focusStops(editor.page);
    expect(stops.filter(({ ring }) => !ring)).toEqual([]);
    const reached = new Set(stops.map(({ name }) => name));
    const missed = (await focusable(editor.page)).filter((name) => !reached.has(name));
    expect(missed).toEqual([]);
  }
});
