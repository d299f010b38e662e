/** Makes scratch folders like those that killed processes leave behind. */
import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeScratch } from '../../src/main/storage/scratch.js';

export const MARKER = '.unsmear-scratch.json';

export interface Owner {
  pid: number;
  start: string | null;
  space: string | null;
}

/** Returns the number of a process that has ended. */
export function endedPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

/** Makes another process's scratch folder with a file; `owner` overrides its mark. */
export async function leaveScratch(root: string, owner: Partial<Owner>): Promise<string> {
  const made = await makeScratch(root);
  const name = 'unsmear-4711-aB3dE6';
  const folder = join(root, name);
  renameSync(made, folder);
  const marker = JSON.parse(readFileSync(join(folder, MARKER), 'utf8')) as { owner: Owner };
  const changed = { ...marker, folder: name, owner: { ...marker.owner, ...owner } };
  writeFileSync(join(folder, MARKER), JSON.stringify(changed));
  writeFileSync(join(folder, 'tiles.bin'), 'tiles');
  return folder;
}
