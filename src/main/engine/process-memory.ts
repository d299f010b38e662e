/** Measures the memory of this process. */
import { readFile } from 'node:fs/promises';

/**
 * Returns the memory of this process in bytes: on Linux the proportional set size, in which shared
 * memory counts in part; elsewhere the resident size.
 */
export async function ownMemory(): Promise<number> {
  const text = await readFile('/proc/self/smaps_rollup', 'utf8').catch(() => '');
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(text)?.[1];
  return kilobytes === undefined ? process.memoryUsage.rss() : Number(kilobytes) * 1024;
}
