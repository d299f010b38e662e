/** Restores photos with the command line, as a user does, and reads what it reports. */
import { mkdir, rm } from 'node:fs/promises';
import { deblur } from '../../reference/deblur.js';
import { readPicture } from './measure.js';

/** @typedef {import('../../../src/shared/contracts/restore.js').RestoreReport} RestoreReport */
/** @typedef {import('./linear-light.js').Picture} Picture */
/** @typedef {{ tree: string, options: readonly string[] }} Program A built tree and options. */

/**
 * Restores photos with one start of the program and calls `use` with each result.
 * @template T
 * @param {Program} program
 * @param {readonly string[]} photos
 * @param {string} folder Folder for the results, which are removed in the end.
 * @param {(result: Picture, report: RestoreReport, i: number) => Promise<T>} use
 * @returns {Promise<T[]>} In the order of `photos`.
 */
export async function restoreEach({ tree, options }, photos, folder, use) {
  await mkdir(folder, { recursive: true });
  try {
    const outputs = await deblur(tree, [...photos], folder, ['--quiet', ...options]);
    const results = [];
    for (const [i, output] of outputs.entries()) {
      const report = /** @type {RestoreReport} */ (/** @type {unknown} */ (output));
      results.push(await use(await readPicture(output.output), report, i));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
