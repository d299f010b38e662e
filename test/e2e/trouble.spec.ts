/** Checks the editor after failures: a killed engine, broken files, a canvas without painter. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { smearedPhoto, truncatedPhoto } from './pictures.js';
import sharp from 'sharp';
import { Editor } from './editor.js';
import { expect, test } from './test.js';
import { Wire } from './wire.js';

test.use({ tiny: ['staged'] });

test('a killed engine causes a notice and no loss of work', async ({ editor, host }) => {
  await smearedPhoto(host.photos, 'street.png');
  await editor.show('street.png');
  await editor.takeSmallTiles();
  const fourth = host.gate.hold({ step: 4 });
  await editor.restore();
  const { pid } = await fourth;
  // Three tiles have passed, with two stages each.
  await expect.poll(() => editor.wire.results('stage').length).toBe(6);
  process.kill(pid, 'SIGKILL');
  await editor.isRestored();
  expect(editor.wire.results('retried')).toHaveLength(1);
  expect(editor.wire.results('failed')).toEqual([]);
  await editor.panel('Restore').click();
  // Nothing was lost, so a line in the panel suffices.
  await expect(editor.panels.getByText(/part of the work was repeated/)).toBeVisible();
  await expect(editor.page.getByRole('alert')).toHaveCount(0);
});

test('broken files report their errors in place and change nothing else', async ({
  editor,
  host,
}) => {
  await smearedPhoto(host.photos, 'good.png');
  await smearedPhoto(host.photos, 'other.png', 2);
  await truncatedPhoto(host.photos, 'half.jpg');
  writeFileSync(join(host.photos, 'words.jpg'), 'These are words, not a picture.\n');
  await editor.show('good.png');
  await editor.restore();
  await editor.isRestored();
  await editor.panel('Restore').click();

  await editor.open('half.jpg', 'words.jpg', 'other.png');
  await expect(editor.photo('other.png')).toBeVisible();
  const alerts = editor.filmstrip.getByRole('alert');
  await expect(alerts.filter({ hasText: 'words.jpg' })).toHaveCount(1);
  await expect(alerts.filter({ hasText: 'half.jpg' })).toHaveCount(1);

  await editor.photo('good.png').click();
  await expect(editor.canvas).toHaveAccessibleName('Photo good.png');
  await expect(editor.restoring).toContainText('Restored');
  for (const alert of await alerts.all()) {
    await expect(alert).toBeVisible();
    expect(await alert.innerText()).not.toMatch(/undefined|Error:|VipsJpeg|at \//);
  }
  const dismiss = editor.filmstrip.getByRole('button', { name: 'Dismiss' });
  await dismiss.first().click();
  await dismiss.first().click();
  await expect(alerts).toHaveCount(0);
});

test('a canvas whose painter fails reports it and recovers on retry', async ({ page, host }) => {
  await smearedPhoto(host.photos, 'street.png');
  await page.route('**/paint-worker*', (route) => route.abort());
  const editor = new Editor(page, new Wire(page));
  await editor.load(host.address);
  await editor.show('street.png');
  const alert = page.getByRole('main').getByRole('alert');
  await expect(alert).toContainText('The photo cannot be displayed.');
  await page.unroute('**/paint-worker*');
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toHaveCount(0);
  // The canvas has a single colour until the photo is drawn.
  const colours = async (): Promise<number> =>
    (await sharp(await editor.canvas.screenshot()).stats()).entropy;
  await expect.poll(colours).toBeGreaterThan(3);
});
