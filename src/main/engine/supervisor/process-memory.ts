/** Measures the memory of processes. */
import { readFile } from 'node:fs/promises';

/**
 * Returns the proportional set size in bytes, in which shared memory counts in part; `null` except
 * on Linux.
 */
export async function proportionalSize(pid: number | undefined): Promise<number | null> {
  if (pid === undefined || process.platform !== 'linux') return null;
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const found = /^Pss:\s+(\d+) kB/m.exec(text)?.[1];
  return found === undefined ? null : Number(found) * 1024;
}
