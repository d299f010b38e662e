/** Configures the tests of the editor in Chromium, over the built browser host and engine. Build first. */
import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './scripts/chromium.js';

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('No Chromium: name one in UNSMEAR_CHROMIUM.');

export default defineConfig({
  testDir: 'test/e2e',
  outputDir: 'out/e2e',
  // A page draws on one core, its engine computes on all: two beside each other leave none idle, more would only wait.
  workers: 2,
  forbidOnly: true,
  // Timeouts only end what hangs: no test passes or fails by how fast the machine or the network is.
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
