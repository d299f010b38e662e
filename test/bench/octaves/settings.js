/** Options, folders and results that the benchmarks of octaves share. */
import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { at, inTemporaryFolder, machine } from '../tools.js';
import { hashOf, listSources } from './scenes.js';

/** @typedef {import('./scenes.js').Source} Source */

/** Options that all of them have, for `parseArgs`. */
export const COMMON = /** @type {const} */ ({
  /** Folder of sharp photos; may be repeated. */
  photos: { type: 'string', multiple: true },
  /** File for the results as JSON. */
  out: { type: 'string' },
  /** Folder that keeps the generated photos for the next run; a temporary one by default. */
  work: { type: 'string' },
  /** Root of the built tree to measure; this one by default. */
  tree: { type: 'string', default: at('') },
  seed: { type: 'string', default: '1' },
});

/** Options of those that measure time. */
export const TIMED = /** @type {const} */ ({
  ...COMMON,
  /** How often each photo is restored; times are those of the fastest. */
  repeats: { type: 'string', default: '1' },
});

/**
 * Returns the sources that `--photos` names.
 * @param {readonly string[] | undefined} folders
 * @throws {Error} If the option is missing.
 */
export async function sourcesOf(folders) {
  if (folders === undefined) throw new Error('Name a folder of sharp photos with --photos.');
  return listSources(folders);
}

/**
 * Awaits `use` with the folder for generated files.
 * @param {string | undefined} work Value of `--work`.
 * @param {(folder: string) => Promise<void>} use
 */
export async function inWorkFolder(work, use) {
  if (work === undefined) return inTemporaryFolder('octaves', use);
  await mkdir(work, { recursive: true });
  return use(resolve(work));
}

/**
 * Returns the numbers of a list like `5,10,20`.
 * @param {string} list
 */
export function numbersOf(list) {
  const numbers = list.split(',').map(Number);
  if (numbers.some((n) => !(n >= 0))) throw new Error(`Not a list of numbers: ${list}`);
  return numbers;
}

/**
 * Prints rows as a table and writes them to `--out`, with the machine and the settings.
 * @param {string | undefined} out
 * @param {readonly object[]} table Rows to print.
 * @param {object} results What the file contains beside the machine and the photos.
 * @param {readonly Source[]} sources
 */
export function report(out, table, results, sources) {
  console.table(table);
  if (out === undefined) return;
  const photos = { count: sources.length, hash: hashOf(sources) };
  const json = { machine: machine(), photos, ...results };
  writeFileSync(out, `${JSON.stringify(json, null, 2)}\n`);
}
