#!/usr/bin/env node
/** `npm run build`. */
import { build, setUp } from './setup.js';

await setUp({ withBuild: false });
await build('info');
