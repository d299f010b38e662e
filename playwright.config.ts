/** Configures the editor's tests in Chromium, with the built host and engine. Build first. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium: name one in UNSMEAR_CHROMIUM.');

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'out/e2e',
  // A page draws on one core and its engine computes on all, so two at a time keep all busy.
  workers: 2,
  forbidOnly: true,
  // Timeouts only end tests that hang; no result depends on the speed of the machine.
  timeout: 600_000,
  expect: { timeout: 120_000 },
  reporter: [['list'], ['json', { outputFile: 'out/e2e-results.json' }]],
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath, args: CHROMIUM_FLAGS },
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    actionTimeout: 120_000,
    screenshot: 'only-on-failure',
    // Recording a picture of every frame would take a core from the engine and the page.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
});
