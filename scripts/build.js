#!/usr/bin/env node
/** `npm run build`. */
import { build, setUp } from './setup.js';

setUp({ withBuild: false });
build('info');
