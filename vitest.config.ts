import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Compiles the editor's state (*.svelte.ts); tests render no components.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**'],
    // An engine starts on one core and computes on all, so two files at a time keep all busy.
    maxWorkers: 2,
    // Some tests load the runtime themselves; see src/main/engine/process-start.ts.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Timeouts only end tests that hang; no result depends on the speed of the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    reporters: ['default', ['json', { outputFile: 'out/test-results.json' }]],
  },
});
