/** axe-core in every state of the editor, in every theme. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { visitStates } from './states.js';
import { expect, test } from './test.js';

for (const theme of ['dark', 'light', 'contrast']) {
  test.describe(`theme ${theme}`, () => {
    test.use({ settings: { welcomed: true, theme }, reducedMotion: 'reduce' });

    test('no state has a serious or critical violation', async ({ editor, host }) => {
      test.setTimeout(300_000);
      const { page } = editor;
      const found: string[] = [];
      await visitStates(editor, host.photos, async (state) => {
        expect(await page.locator('html').getAttribute('data-theme')).toBe(theme);
        found.push(...(await violations(page, theme)).map((one) => `${state}: ${one}`));
      });
      expect(found).toEqual([]);
    });
  });
}

async function violations(page: Page, theme: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  // High contrast promises more than what is required of every page.
  if (theme === 'contrast')
    axe.options({ rules: { 'color-contrast-enhanced': { enabled: true } } });
  const { violations: all } = await axe.analyze();
  return all
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
