import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Compiles the editor's state (*.svelte.ts); its tests render nothing.
  plugins: [svelte({ configFile: false })],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/e2e/**'],
    // Test files run one after another, because the engine uses every core.
    fileParallelism: false,
    // Some tests load the runtime themselves, which calls home otherwise (src/main/engine/quiet.ts).
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: 'out/test-results.json' }]],
  },
});
