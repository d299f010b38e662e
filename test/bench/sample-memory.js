/** Measures the memory of a process and its descendants (Linux). */
import { readFileSync, readdirSync } from 'node:fs';

/**
 * Returns the sum of PSS in bytes, which counts shared pages once; 0 if the system does not report
 * it. Slow: the kernel walks all mappings.
 * @param {number} root Process id.
 */
export function treePss(root) {
  return sumOverTree(root, pss);
}

/**
 * Returns the sum of RSS in bytes, which counts shared pages once per process. Fast.
 * @param {number} root Process id.
 */
export function treeRss(root) {
  return sumOverTree(root, rss);
}

/**
 * @param {number} root
 * @param {(pid: string) => number} measure
 */
function sumOverTree(root, measure) {
  /** @type {Map<string, string[]>} */
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

/** @param {string} pid */
function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The command's name is in brackets and may contain spaces.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
}

/** @param {string} pid */
function pss(pid) {
  const found = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`));
  return Number(found?.[1] ?? 0) * 1024;
}

/**
 * Assumes pages of 4 KiB; with larger ones the sums are too small, but ratios stay right.
 * @param {string} pid
 */
function rss(pid) {
  return Number(read(`/proc/${pid}/statm`).split(' ')[1] ?? 0) * 4096;
}

/**
 * Returns a file's text; empty if the process has ended.
 * @param {string} path
 */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
