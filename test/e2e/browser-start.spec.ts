/** The page that `--open` shows in the browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@playwright/test';
import { fakeBrowser } from '../integration/fake-browser.js';
import { startHost } from './host.js';

test.skip(process.platform !== 'linux', 'the stand-in for the browser is for Linux');

test('the page that --open shows leads to the editor and leaves no token in the history', async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'unsmear-e2e-'));
  const browser = fakeBrowser(folder);
  const host = await startHost({ welcomed: true }, { args: ['--open'], env: browser.env });
  try {
    const path = (await browser.started()).find((argument) => argument.endsWith('.html'));
    await page.goto('about:blank');
    await page.goto(pathToFileURL(path ?? '').href);
    await expect(page.getByRole('navigation', { name: 'Open photos' })).toBeVisible();
    expect(page.url()).toBe(`${host.origin}/`);
    // The page with the token and its redirect are not in the history.
    await page.goBack();
    expect(page.url()).toBe('about:blank');
  } finally {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
