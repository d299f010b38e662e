import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Compiles the editor's state (*.svelte.ts); its tests render nothing.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**'],
    // An engine starts on one core and computes on all: two files beside each other leave none idle, more would only wait.
    maxWorkers: 2,
    // Some tests load the runtime themselves, which calls home otherwise (src/main/engine/quiet.ts).
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // Timeouts only end what hangs: no test passes or fails by how fast the machine or the network is.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    reporters: ['default', ['json', { outputFile: 'out/test-results.json' }]],
  },
});
