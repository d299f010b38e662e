/** Takes a photo through the editor with the default model, from opening to export. */
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from './test.js';
import { compareFiles } from './compare-files.js';
import { HEIGHT, smeared, smearedPhoto, WIDTH } from './pictures.js';
import type { Wire } from './wire.js';

const PHOTO = 'street.png';

test('a photo is restored stage by stage, masked, hinted and exported', async ({
  editor,
  host,
}) => {
  const input = await smearedPhoto(host.photos, PHOTO);
  const { page, wire } = editor;

  await test.step('the photo is opened', () => editor.show(PHOTO));

  await test.step('stages arrive in order', async () => {
    await editor.takeSmallTiles();
    const full = host.gate.hold({ step: 5 });
    await editor.restore();
    await full;
    // The engine is held before the full size, so the small octaves were reported before.
    const stages = () => wire.results('stage').map(({ stage }) => stage);
    await expect.poll(stages).toEqual([1, 2, 3, 3]);
    expect(wire.results('finished')).toEqual([]);
    host.gate.release();
    await editor.isRestored();
    expectStagesInOrder(wire);
  });

  await test.step('the split slider moves by keyboard', async () => {
    await editor.split.focus();
    await expect(editor.split).toHaveAttribute('aria-valuenow', '50');
    await page.keyboard.press('ArrowRight');
    const right = Number(await editor.split.getAttribute('aria-valuenow'));
    expect(right).toBeGreaterThan(50);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(Number(await editor.split.getAttribute('aria-valuenow'))).toBeLessThan(right - 1);
    await page.keyboard.press('End');
    await expect(editor.split).toHaveAttribute('aria-valuenow', '100');
    await page.keyboard.press('Home');
    await expect(editor.split).toHaveAttribute('aria-valuenow', '0');
    await editor.split.dblclick({ position: { x: 14, y: 40 } });
    await expect(editor.split).toHaveAttribute('aria-valuenow', '50');
  });

  await test.step('a brush stroke is drawn, undone and redone', async () => {
    await page.keyboard.press('b');
    await editor.drag([200, 200], [440, 200]);
    await expect(editor.regions).toHaveCount(1);
    await page.keyboard.press('Control+z');
    await expect(editor.regions).toHaveCount(0);
    await page.keyboard.press('Control+Shift+z');
    await expect(editor.regions).toHaveCount(1);
  });

  await test.step('a hint is drawn, undone, redone and applied', async () => {
    await page.keyboard.press('i');
    await editor.drag([220, 160], [400, 240]);
    await expect(editor.hints).toHaveCount(1);
    await page.keyboard.press('Control+z');
    await expect(editor.hints).toHaveCount(0);
    await page.keyboard.press('Control+y');
    await expect(editor.hints).toHaveCount(1);
    await editor.restore();
    await editor.isRestored();
  });

  await test.step('outside the mask the exported pixels are the input’s', async () => {
    await editor.exportToPhotos();
    const output = join(host.photos, 'street.deblurred.png');
    // The brush is 120 px wide, its stroke from (200, 200) to (440, 200).
    const { outside, inside } = await compareFiles(input, output, {
      ...{ x: 140, y: 140, w: 360, h: 120 },
    });
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(0.3);
  });

  await test.step('a reload restores the edit', async () => {
    await page.reload();
    await expect(editor.canvas).toHaveAccessibleName(`Photo ${PHOTO}`);
    await editor.panel('Regions').click();
    await expect(editor.regions).toHaveCount(1);
    await editor.panel('Hints').click();
    await expect(editor.hints).toHaveCount(1);
    await editor.panel('Restore').click();
    await expect(editor.choice('Tile size')).toHaveValue('256');
  });
});

test.describe('an upload', () => {
  test.use({ tiny: ['staged'] });

  test('a dropped photo is uploaded, and its export is a download', async ({ editor }) => {
    const content = await smeared(WIDTH, HEIGHT, 2).png().toBuffer();
    await editor.drop('dropped.png', content);
    await expect(editor.canvas).toHaveAccessibleName('Photo dropped.png');
    await editor.restore();
    await editor.isRestored();
    await editor.panel('Export').click();
    const coming = editor.page.waitForEvent('download');
    await editor.exportButton.click();
    await expect(editor.exported).toBeVisible();
    // If the browser blocks the automatic download, a link is shown.
    if (await editor.saveLink.isVisible()) await editor.saveLink.click();
    const download = await coming;
    expect(download.suggestedFilename()).toBe('dropped.deblurred.png');
    const { format, width, height } = await sharp(await download.path()).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: WIDTH, height: HEIGHT });
  });
});

/** Expects the octaves from the coarsest on, each tile of an octave once. */
function expectStagesInOrder(wire: Wire): void {
  const events = wire.results('stage');
  const stages = events.map(({ stage }) => stage);
  expect(stages[0]).toBe(1);
  expect(new Set(stages).size).toBeGreaterThan(1);
  const tiles = events.map(({ stage, rect }) => JSON.stringify([stage, rect]));
  expect(new Set(tiles).size).toBe(tiles.length);
}
