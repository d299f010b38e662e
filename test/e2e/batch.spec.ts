/** Uses the batch dialog from its first button to the report, with a pause and a killed host. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect } from '@playwright/test';
import { test } from './test.js';
import { BatchDialog } from './batch-dialog.js';
import { Editor } from './editor.js';
import { smearedPhoto } from './pictures.js';
import { Wire } from './wire.js';

const COUNT = 4;
const LAST = `IMG_${COUNT + 1}.jpg`;

test.use({ tiny: ['staged'] });

test('a batch is set up, paused, killed, resumed and reported', async ({
  editor,
  host,
  context,
}) => {
  const day = join(host.photos, 'day 1');
  const results = join(host.photos, 'results');
  for (const folder of [day, results]) mkdirSync(folder);
  const photo = await smearedPhoto(day, 'IMG_1.png');
  for (let i = 2; i <= COUNT; i++) copyFileSync(photo, join(day, `IMG_${i}.png`));
  writeFileSync(join(day, LAST), 'These are words, not a picture.\n');
  let batch = new BatchDialog(editor.page);

  await test.step('photos and a folder for the results are chosen', async () => {
    await editor.page.keyboard.press('Control+Shift+e');
    await expect(batch.start).toHaveAttribute('aria-disabled', 'true');
    await batch.button('Add a folder…').click();
    await batch.chooseFolder('photos', 'day 1');
    await expect(batch.dialog).toContainText(`Photos: ${COUNT + 1},`);
    await batch.button('Choose a folder for the results…').click();
    await batch.chooseFolder('photos', 'results');
    await batch.chooseModel('Tiny staged');
  });

  await test.step('the name is previewed and checked', async () => {
    await expect(batch.dialog).toContainText('Example: IMG_1.deblurred.png');
    await batch.name.fill('{counter:3}-{stem}');
    await expect(batch.dialog).toContainText('Example: 001-IMG_1.png');
    await batch.name.fill('same');
    await expect(batch.dialog).toContainText('All results would have the same name');
    await expect(batch.start).toHaveAttribute('aria-disabled', 'true');
    await batch.name.fill('{stem}-sharp');
  });

  await test.step('it starts, and pauses after the first photo', async () => {
    const second = host.gate.hold({ photo: 2 });
    await batch.start.click();
    await second;
    expect(readdirSync(results)).toEqual(['IMG_1-sharp.png']);
    await batch.button('Pause').click();
    await expect(batch.summary).toContainText('paused');
    await expect(batch.button('Resume')).toBeVisible();
    expect(readdirSync(results)).toEqual(['IMG_1-sharp.png']);
  });

  await test.step('it is resumed after the program was killed', async () => {
    // The gate counts the second photo, which starts again, as the first.
    const third = host.gate.hold({ photo: 2 });
    await batch.button('Resume').click();
    await third;
    expect(readdirSync(results)).toEqual(['IMG_1-sharp.png', 'IMG_2-sharp.png']);
    await editor.page.close();
    const address = await host.crash();
    const page = await context.newPage();
    await new Editor(page, new Wire(page)).load(address);
    batch = new BatchDialog(page);
    await page.getByRole('button', { name: 'Show the batch' }).click();
    await expect(batch.summary).toContainText('paused');
    await batch.button('Resume').click();
    await expect(batch.summary).toContainText(`${COUNT + 1} of ${COUNT + 1}`);
    await expect(batch.summary).toContainText('finished');
  });

  await test.step('every photo shows its state', async () => {
    expect(readdirSync(results).sort()).toEqual(
      Array.from({ length: COUNT }, (_, i) => `IMG_${i + 1}-sharp.png`).sort(),
    );
    await batch.filter('Failed (1)').click();
    await expect(batch.photos).toHaveCount(1);
    await expect(batch.photos).toContainText(LAST);
    await batch.filter(`Restored (${COUNT})`).click();
    await expect(batch.photos).toHaveCount(COUNT);
    for (const side of ['before', 'after']) {
      const picture = batch.dialog.getByAltText(`IMG_1.png ${side}`);
      await expect
        .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
        .toBe(256);
    }
    const coming = batch.page.waitForEvent('download');
    await batch.button('Report as table (CSV)').click();
    const rows = parse<Record<string, string>>(readFileSync(await (await coming).path()), {
      columns: true,
      bom: true,
    });
    expect(rows.map(({ state }) => state)).toEqual([
      ...Array<string>(COUNT).fill('done'),
      'failed',
    ]);
  });

  await test.step('failed photos are retried after they were repaired', async () => {
    copyFileSync(photo, join(day, LAST));
    await batch.button('Retry failed photos').click();
    await expect(batch.filter(`Restored (${COUNT + 1})`)).toBeVisible();
    await batch.button('Remove from the list').click();
    await expect(batch.start).toBeVisible();
    expect(readdirSync(results)).toHaveLength(COUNT + 1);
  });
});
