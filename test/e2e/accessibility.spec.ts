/** Runs axe-core in every state of the editor, in every theme. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { visitStates } from './states.js';
import { expect, test } from './test.js';

/** System preferences that select each theme while the setting is `system`. */
const THEMES = {
  dark: { colorScheme: 'dark', contrast: 'no-preference' },
  light: { colorScheme: 'light', contrast: 'no-preference' },
  contrast: { colorScheme: 'dark', contrast: 'more' },
} as const;

test.use({ settings: { welcomed: true, theme: 'system' }, tiny: ['staged'] });

test('no state has a serious or critical accessibility violation in any theme', async ({
  editor,
  host,
}) => {
  const { page } = editor;
  // All states in three themes take 80 s on an idle machine, and over ten minutes on a starved one.
  test.setTimeout(1_800_000);
  // A transition would show colours between two states, with the contrast of neither.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const found: string[] = [];
  const onState = async (state: string): Promise<void> => {
    for (const [theme, wanted] of Object.entries(THEMES)) {
      await page.emulateMedia(wanted);
      await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
      const here = await violations(page, theme === 'contrast');
      found.push(...here.map((one) => `${state}, ${theme}: ${one}`));
    }
  };
  await visitStates({ editor, host, onState, mapped: 'Tiny staged' });
  expect(found).toEqual([]);
});

/** Lists violations; `enhanced` also checks the higher contrast of the theme `contrast`. */
async function violations(page: Page, enhanced: boolean): Promise<string[]> {
  // The legacy mode checks a single frame without a second page, in a quarter of the time.
  expect(page.frames()).toHaveLength(1);
  const axe = new AxeBuilder({ page }).setLegacyMode();
  axe.options({
    rules: { 'color-contrast-enhanced': { enabled: enhanced } },
    resultTypes: ['violations'],
  });
  const result = await axe.analyze();
  return result.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
