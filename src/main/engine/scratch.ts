/** Private folders for the journals, and the ones that a killed app left behind. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../is-alive.js';

const PREFIX = 'unsmear-';

/** Made with mode 0700 by mkdtemp; the name carries our process id. */
export function makeScratch(root = tmpdir()): Promise<string> {
  return mkdtemp(join(root, `${PREFIX}${process.pid}-`));
}

export function removeScratch(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true });
}

/** Removes folders of processes that are gone. Failures are another run's business. */
export async function sweepScratch(root = tmpdir()): Promise<void> {
  const names = await readdir(root).catch(() => []);
  for (const name of names) {
    const pid = /^unsmear-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await removeScratch(join(root, name)).catch(() => undefined);
  }
}
