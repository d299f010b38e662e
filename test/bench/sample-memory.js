/** Proportional memory of a process and all its descendants (Linux): the sum of their PSS. */
import { readFileSync, readdirSync } from 'node:fs';

/** Bytes; 0 where the system does not tell. */
export function treePss(root) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const queue = [String(root)];
  let sum = 0;
  for (const pid of queue) {
    sum += pss(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return sum;
}

function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name is in brackets and may hold spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

function pss(pid) {
  const found = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`));
  return found ? Number(found[1]) * 1024 : 0;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
