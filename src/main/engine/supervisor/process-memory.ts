/** How much memory processes hold. */
import { readFile } from 'node:fs/promises';

/** Bytes, with what is shared counted in proportion (PSS); null where the system does not tell. */
export async function proportionalSize(pid: number | undefined): Promise<number | null> {
  if (pid === undefined || process.platform !== 'linux') return null;
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const found = /^Pss:\s+(\d+) kB/m.exec(text)?.[1];
  return found === undefined ? null : Number(found) * 1024;
}
