#!/usr/bin/env node
/** Starts the command line, which is built from `src/main/cli.ts`. */
import { existsSync } from 'node:fs';

const program = new URL('../out/main/cli.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error(
    'error: Unsmear is not built yet.\n       Run "npm ci" and "npm run build" in its folder.',
  );
  process.exitCode = 5;
}
