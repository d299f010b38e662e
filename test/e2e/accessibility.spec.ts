/** axe-core in every state of the editor, in every theme. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { visitStates } from './states.js';
import { expect, test } from './test.js';

/** With the appearance "as the system", these are what a system can want. */
const THEMES = {
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  light: { colorScheme: 'light', contrast: 'no-preference' },
  contrast: { colorScheme: 'dark', contrast: 'more' },
} as const;

test.use({ settings: { welcomed: true, theme: 'system' } });

test('no state has a serious or critical violation in any theme', async ({ editor, host }) => {
  test.setTimeout(400_000);
  const { page } = editor;
  // A colour on its way to another one has the contrast of neither.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const found: string[] = [];
  await visitStates(editor, host.photos, async (state) => {
    for (const [theme, wanted] of Object.entries(THEMES)) {
      await page.emulateMedia(wanted);
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      const here = await violations(page, theme === 'contrast');
      found.push(...here.map((one) => `${state}, ${theme}: ${one}`));
    }
  });
  expect(found).toEqual([]);
});

/** `enhanced`: high contrast promises more than what is required of every page. */
async function violations(page: Page, enhanced: boolean): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  axe.options({ rules: { 'color-contrast-enhanced': { enabled: enhanced } } });
  const result = await axe.analyze();
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
