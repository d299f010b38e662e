/** Memory of a process and all its descendants (Linux). */
import { readFileSync, readdirSync } from 'node:fs';

/** The sum of their PSS, in bytes; 0 where the system does not tell. Takes the system a while. */
export function treePss(root) {
  return sumOf(root, pss);
}

/** The sum of what is resident: pages that two of them share count twice. Costs nothing. */
export function treeRss(root) {
  return sumOf(root, rss);
}

function sumOf(root, measure) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    children.set(parent, [...(children.get(parent) ?? []), name]);
  }
  const queue = [String(root)];
  let sum = 0;
  for (const pid of queue) {
    sum += measure(pid);
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

/** Pages of 4 KiB: larger ones count for less, which changes no ratio. */
function rss(pid) {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * 4096;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
