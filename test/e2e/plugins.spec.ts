/** Lists installed models beside the built-in ones. */
import sharp from 'sharp';
import { smearedPhoto } from './pictures.js';
import { expect, test } from './test.js';

test.use({ installed: ['radn'] });

test('lists two models of one id, refuses one and lets the other be used', async ({
  editor,
  host,
}) => {
  await smearedPhoto(host.photos, 'street.png');
  await editor.show('street.png');
  await editor.panel('Restore').click();
  const both = editor.model('RADN');
  await expect(both).toHaveCount(2);
  const usable = both.and(editor.page.locator(':enabled'));
  const refused = both.and(editor.page.locator(':disabled'));
  await expect(refused).toHaveAccessibleDescription(
    'Another model with the name "radn" is already installed.',
  );
  await usable.check();
  await expect(usable).toBeChecked();
  await expect(refused).not.toBeChecked();
  // The canvas has a single colour until the photo is drawn.
  const colours = async (): Promise<number> =>
    (await sharp(await editor.canvas.screenshot()).stats()).entropy;
  await expect.poll(colours).toBeGreaterThan(3);
});
