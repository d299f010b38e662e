/** Removes the temporary files that killed processes left beside results. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeLeftovers, writeAtomically } from '../../src/main/storage/atomic.js';
import { temporaryFolder } from './photos.js';

const top = temporaryFolder();

describe('removing leftovers', () => {
  it('removes files of ended processes whose numbers this process can check', async () => {
    const folder = join(top, 'results');
    mkdirSync(folder);
    let own = '';
    await writeAtomically(join(folder, 'a.png'), 'error', (file) => {
      own = file;
      return Promise.resolve(file);
    });
    const { pid } = spawnSync(process.execPath, ['--version']);
    const dead = own.replace(`-${process.pid}-`, `-${pid}-`);
    // A container with the same host name that writes into the same folder has other processes.
    const named = createHash('sha256').update(hostname()).digest('hex').slice(0, 6);
    const elsewhere = `.unsmear-${named}-${pid}-1.tmp`;
    writeFileSync(dead, 'half');
    writeFileSync(own, 'half');
    writeFileSync(join(folder, elsewhere), 'half');
    await removeLeftovers(folder);
    expect(
      readdirSync(folder)
        .map((name) => join(folder, name))
        .sort(),
    ).toEqual([own, join(folder, 'a.png'), join(folder, elsewhere)].sort());
  });
});
