#!/usr/bin/env node
/** `npm start`: restores the sample photo, or the photos that are given. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, setUp } from './setup.js';

await setUp();

const given = process.argv.slice(2);
const cli = join(root, 'bin', 'unsmear.js');
if (given.length > 0) {
  process.exit(
    spawnSync(process.execPath, [cli, 'deblur', ...given], { stdio: 'inherit' }).status ?? 1,
  );
}

const sample = join(root, 'resources', 'sample-blurred.jpg');
const folder = join(root, 'out', 'sample');
mkdirSync(folder, { recursive: true });
const result = join(folder, 'sample-restored.jpg');
const args = [cli, 'deblur', sample, '-o', result, '--on-exist', 'overwrite'];
console.log('Restoring the sample photo…');
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (status === 0) {
  const short = (path) => relative(process.cwd(), path);
  console.log(`\nBefore: ${short(sample)}\nAfter:  ${short(result)}`);
  console.log('\nYour own photos: node bin/unsmear.js deblur <photo...>');
}
process.exit(status ?? 1);
