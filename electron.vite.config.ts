/**
 * Builds the Node side: every entry below becomes out/main/<name>.js, packages stay outside (native
 * binaries cannot be bundled). Electron runs the same files, so that the command line and the editor
 * share one engine.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';

// The build tool asks the electron package which module format it may use; the version is told here,
// so that the command line can be built without it.
process.env.ELECTRON_MAJOR_VER ??= '45';

const entry = (path: string): string => resolve(import.meta.dirname, 'src/main', path);

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
          cli: entry('cli.ts'),
          server: entry('server.ts'),
          engine: entry('engine/process.ts'),
          'engine-worker': entry('engine/worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name].js' },
      },
    },
  },
});
