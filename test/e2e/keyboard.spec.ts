/** Uses the editor without a pointer. */
import { join } from 'node:path';
import { compareFiles } from './compare-files.js';
import { focusable, focusStops } from './focus.js';
import { smearedPhoto } from './pictures.js';
import { expect, test } from './test.js';

test.use({ tiny: ['staged'] });

test('a photo is restored and exported by keyboard alone', async ({ editor, host }) => {
  const input = await smearedPhoto(host.photos, 'street.png');
  const { dialog, page } = editor;
  // Records any use of a pointer, also by helpers of this test.
  await page.evaluate(() => {
    const note = (): void => void (document.documentElement.dataset.pointer = 'used');
    for (const type of ['pointerdown', 'pointermove', 'wheel']) addEventListener(type, note);
  });

  await test.step('the photo is opened', async () => {
    await editor.press('Control+o');
    await editor.enter(dialog.getByRole('button', { name: 'photos', exact: true }));
    await editor.enter(dialog.getByRole('button', { name: /^street\.png/ }));
    await editor.enter(dialog.getByRole('button', { name: 'Open', exact: true }));
    await expect(editor.canvas).toHaveAccessibleName('Photo street.png');
  });

  await test.step('it is restored, and the split moves', async () => {
    await editor.press('r');
    await editor.isRestored();
    await editor.tabTo(editor.split);
    await editor.press(['ArrowLeft', 3]);
    expect(Number(await editor.split.getAttribute('aria-valuenow'))).toBeLessThan(50);
  });

  await test.step('a stroke is painted with the crosshair, undone and redone', async () => {
    await editor.press('b');
    await editor.tabTo(editor.canvas);
    // Starts at (320, 240); with up to 80 px per press, the stroke stays within x = 160..480.
    await editor.press(['Shift+ArrowLeft', 2], 'Enter', ['Shift+ArrowRight', 4], 'Enter');
    await expect(editor.regions).toHaveCount(1);
    await editor.press('Control+z');
    await expect(editor.regions).toHaveCount(0);
    await editor.press('Control+Shift+z');
    await expect(editor.regions).toHaveCount(1);
  });

  await test.step('a hint is drawn and applied', async () => {
    await editor.press('i');
    await editor.tabTo(editor.canvas);
    await editor.press('Enter', ['Shift+ArrowLeft', 2], ['Shift+ArrowDown', 1], 'Enter');
    await expect(editor.hints).toHaveCount(1);
    await editor.press('r');
    await editor.isRestored();
  });

  await test.step('the export differs only inside the stroke', async () => {
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
