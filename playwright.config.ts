/** The editor in Chromium, over the built browser host with the real engine and network. Build first. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium: name one in UNSMEAR_CHROMIUM.');

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'out/e2e',
  // The engine keeps every core busy: editors must not run beside each other.
  workers: 1,
  forbidOnly: true,
  timeout: 120_000,
  // A tile takes a second or two on a busy machine.
  expect: { timeout: 30_000 },
  reporter: [['list'], ['json', { outputFile: 'out/e2e-results.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath, args: CHROMIUM_FLAGS },
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    actionTimeout: 15_000,
    screenshot: 'only-on-failure',
    // A picture of every frame would take a core from the engine, and from the page, whose own times are looked at.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
});
