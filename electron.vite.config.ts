/**
 * Builds the Node side: every entry below becomes out/main/<name>.js; packages stay outside, since
 * native binaries cannot be bundled. Electron runs the same files, so that command line and editor share
 * one engine. The preload becomes out/preload; the editor's page, with its packages, out/renderer.
 */
import { resolve } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';

// The build tool reads the module format from the electron package; with the version set here, the
// command line can be built without that package.
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
        // A sandboxed preload is one file, and no module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: renderer,
    // Served from the root of a scheme by Electron and below a token by the browser host.
    base: './',
    plugins: [svelte({ configFile: false })],
    build: {
      target: 'es2023',
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      emptyOutDir: true,
      sourcemap: true,
      minify: true,
      // The page's policy forbids data: addresses.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: resolve(renderer, 'index.html') },
    },
  },
});
