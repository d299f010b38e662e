/** Sorts and filters the filmstrip by blur score. */
import type { Locator } from '@playwright/test';
import type { Editor } from './editor.js';
import { sharpPhoto, smearedPhoto } from './pictures.js';
import { expect, test } from './test.js';

/** Expects these photos, in the order of the filmstrip. */
async function expectPhotos({ photos }: Editor, ...names: string[]): Promise<void> {
  await expect(photos).toHaveText(names.map((name) => new RegExp(name)));
}

function choice({ page }: Editor, name: string): Locator {
  return page.getByRole('menuitemradio', { name: new RegExp(`^${name}`) });
}

async function choose(editor: Editor, name: string): Promise<void> {
  await editor.arrange.click();
  await choice(editor, name).click();
  await expect(editor.page.getByRole('menu')).toHaveCount(0);
}

test('photos are sorted and filtered by blur score', async ({ editor, host }) => {
  const { filmstrip, page } = editor;
  await smearedPhoto(host.photos, 'b-smeared.png', 2);
  await sharpPhoto(host.photos, 'c-sharp.png', 3);
  await smearedPhoto(host.photos, 'a-smeared.png');
  await editor.show('b-smeared.png');
  // A single photo cannot be sorted, so the menu is hidden.
  await expect(editor.arrange).toHaveCount(0);
  await editor.open('c-sharp.png');
  await editor.open('a-smeared.png');
  await expectPhotos(editor, 'b-smeared', 'c-sharp', 'a-smeared');
  await expect(filmstrip.getByText(/% blurred|Blurred, about/)).toHaveCount(2);
  await expect(filmstrip.getByText('Sharp', { exact: true })).toHaveCount(1);
  await expect(editor.canvas).toHaveAccessibleName('Photo a-smeared.png');

  await test.step('photos are sorted by blur score and by name', async () => {
    await choose(editor, 'Most blurred first');
    await expect(editor.photos.last()).toContainText('c-sharp');
    await choose(editor, 'By name');
    await expectPhotos(editor, 'a-smeared', 'b-smeared', 'c-sharp');
  });

  await test.step('keys follow the order', async () => {
    await editor.photo('a-smeared.png').focus();
    await editor.press('ArrowDown');
    await expect(editor.photo('b-smeared.png')).toBeFocused();
    await editor.press('End');
    await expect(editor.canvas).toHaveAccessibleName('Photo c-sharp.png');
    await editor.press('Home');
    await expect(editor.canvas).toHaveAccessibleName('Photo a-smeared.png');
    await editor.press('ArrowUp');
    await expect(editor.photo('a-smeared.png')).toBeFocused();
  });

  await test.step('a filter keeps the current photo until another is selected', async () => {
    await editor.photo('c-sharp.png').click();
    await choose(editor, 'Blurred Shift');
    await expect(filmstrip).toContainText('3 of 3 shown');
    await expect(editor.photo('c-sharp.png')).toContainText('Hidden by the filter');
    await editor.photo('c-sharp.png').focus();
    await editor.press('ArrowUp');
    await expectPhotos(editor, 'a-smeared', 'b-smeared');
    await expect(filmstrip).toContainText('2 of 3 shown');
    await expect(editor.photo('b-smeared.png')).toBeFocused();
  });

  await test.step('a reload keeps order and filter', async () => {
    await page.reload();
    await expect(editor.canvas).toHaveAccessibleName('Photo b-smeared.png');
    await expectPhotos(editor, 'a-smeared', 'b-smeared');
    await editor.arrange.click();
    await expect(choice(editor, 'By name')).toBeChecked();
    await expect(choice(editor, 'Blurred Shift')).toBeChecked();
    await editor.press('Escape');
    await filmstrip.getByRole('button', { name: 'Show all' }).click();
    await expectPhotos(editor, 'a-smeared', 'b-smeared', 'c-sharp');
  });

  await test.step('the menu has the same commands and closes sharp photos', async () => {
    await editor.press('Shift+3');
    await editor.photo('c-sharp.png').click();
    await expectPhotos(editor, 'c-sharp');
    await editor.menu('Photos').click();
    await page.getByRole('menuitem', { name: 'Show all' }).click();
    await editor.menu('Photos').click();
    await page.getByRole('menuitem', { name: 'Close sharp photos' }).click();
    await expectPhotos(editor, 'a-smeared', 'b-smeared');
    await editor.button('Open again').click();
    await expectPhotos(editor, 'a-smeared', 'b-smeared', 'c-sharp');
  });

  await test.step('Delete closes a photo and keeps the focus in the strip', async () => {
    await editor.photo('a-smeared.png').click();
    await editor.press('Delete');
    await expectPhotos(editor, 'b-smeared', 'c-sharp');
    await expect(editor.photo('b-smeared.png')).toBeFocused();
  });
});
