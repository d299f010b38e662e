/**
 * Builds each entry of the Node side to `out/main/<name>.js`, the preload to `out/preload` and the
 * editor's page to `out/renderer`. Packages of the Node side are not bundled, because native
 * binaries cannot be. Electron and the command line run the same files.
 */
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

// The build tool reads the module format from the electron package. With this version set, it also
// builds without that package.
process.env.ELECTRON_MAJOR_VER ??= '45';

const entry = (path: string): string => resolve(import.meta.dirname, 'src/main', path);
const renderer = resolve(import.meta.dirname, 'src/renderer');

export default defineConfig({
  main: {
    build: {
      target: 'node20',
      outDir: 'out/main',
      sourcemap: true,
      minify: false,
      externalizeDeps: true,
      rolldownOptions: {
        input: {
          index: entry('index.ts'),
          cli: entry('cli.ts'),
          server: entry('server.ts'),
          engine: entry('engine/entry.ts'),
          'engine-worker': entry('engine/inference/worker.ts'),
          'heif-worker': entry('imaging/codecs/heif-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      sourcemap: true,
      minify: false,
      rolldownOptions: {
        input: resolve(import.meta.dirname, 'src/preload/index.ts'),
        // Electron requires a sandboxed preload to be a single CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: renderer,
    // Relative: Electron serves the page from the root of a scheme, the browser host below a token.
    base: './',
    plugins: [svelte({ configFile: false })],
    build: {
      target: 'es2023',
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      emptyOutDir: true,
      sourcemap: true,
      minify: true,
      // The page's policy blocks data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: resolve(renderer, 'index.html') },
    },
  },
});
