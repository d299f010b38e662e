#!/usr/bin/env node
/** Runs `npm run build`: installs packages if needed, then builds everything. */
import { build, setUp } from './setup.js';

await setUp({ withBuild: false });
await build('info');
