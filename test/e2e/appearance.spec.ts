/** Checks the editor's language, motion and contrast. */
import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { smearedPhoto } from './pictures.js';
import { expect, test } from './test.js';

type Texts = Readonly<Record<string, string>>;
const texts = (language: string): Texts => {
  const path = new URL(`../../src/renderer/texts/${language}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Texts;
};

test('shows every text and name in German, also after a reload', async ({ editor, host }) => {
  await smearedPhoto(host.photos, 'street.png');
  const { page } = editor;
  await editor.show('street.png');
  await page.keyboard.press('Control+,');
  await editor.dialog.getByLabel('Language').selectOption('de');
  const german = texts('de');
  await expect(editor.dialog).toHaveAccessibleName(german.settings_title!);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  expect(await leftovers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  for (const name of [german.panel_restore, german.panel_regions, german.panel_hints]) {
    await page.getByRole('tab', { name: name! }).click();
    expect(await leftovers(page)).toEqual([]);
  }
  await page.reload();
  await expect(page.getByRole('tab', { name: german.panel_inspect! })).toBeVisible();
  expect(await leftovers(page)).toEqual([]);
});

/** Returns visible English texts whose German translation differs. */
async function leftovers(page: Page): Promise<string[]> {
  const [english, german] = [texts('en'), texts('de')];
  const known = new Set(Object.values(german));
  const suspect = new Set(
    Object.entries(english).flatMap(([key, text]) =>
      german[key] === text || known.has(text) || text.includes('{') ? [] : [text],
    ),
  );
  const shown = await page.evaluate(() => {
    const words: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) words.push(walker.currentNode.textContent?.trim() ?? '');
    for (const element of document.querySelectorAll('[aria-label], [title]')) {
      words.push(element.getAttribute('aria-label') ?? '', element.getAttribute('title') ?? '');
    }
    return words;
  });
  expect(shown.length).toBeGreaterThan(20);
  return shown.filter((text) => suspect.has(text));
}

test('moves nothing with reduced motion', async ({ editor, page }) => {
  const moving = (): Promise<number> =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('*')].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return parseFloat(transitionDuration) > 0 || animationName !== 'none';
        }).length,
    );
  await editor.page.keyboard.press('Control+,');
  await expect(editor.dialog).toBeVisible();
  expect(await moving()).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await moving()).toBe(0);
});

test.describe('appearance as the system', () => {
  test.use({ settings: { welcomed: true, theme: 'system' } });

  test('follows brightness and contrast while it runs', async ({ editor, page }) => {
    await expect(editor.openButton.first()).toBeVisible();
    const theme = page.locator('html');
    await page.emulateMedia({ colorScheme: 'light' });
    await expect(theme).toHaveAttribute('data-theme', 'light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect(theme).toHaveAttribute('data-theme', 'dark');
    await page.emulateMedia({ colorScheme: 'light', contrast: 'more' });
    await expect(theme).toHaveAttribute('data-theme', 'contrast');
  });
});

test.describe('the first start', () => {
  test.use({ settings: {} });

  test('shows the sample photo, ready to be restored', async ({ editor }) => {
    await expect(editor.canvas).toHaveAccessibleName(/^Photo sample/);
    await expect(editor.restoring.getByRole('button', { name: 'Restore' })).toBeEnabled();
  });
});
