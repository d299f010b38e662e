/** Restores photos with the command line, as a user does, and reads what it reports. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { deblur } from '../../reference/deblur.js';
import { readPicture } from './measure.js';

/** @typedef {import('../../../src/shared/contracts/restore.js').RestoreReport} RestoreReport */
/** @typedef {import('./linear-light.js').Picture} Picture */
/**
 * @typedef {object} Program
 * @property {string} tree Root of a built tree.
 * @property {readonly string[]} options Options of `unsmear deblur`.
 * @property {number} [repeats] How often each photo is restored; 1 by default.
 */

/**
 * Restores photos with one start of the program and calls `use` with each result and the report of
 * the fastest restoration: other work on the machine, or a cold start, only makes it slower.
 * @template T
 * @param {Program} program
 * @param {readonly string[]} photos
 * @param {string} within Folder for the results, which are removed in the end.
 * @param {(result: Picture, report: RestoreReport, i: number) => Promise<T>} use
 * @returns {Promise<T[]>} In the order of `photos`.
 */
export async function restoreEach({ tree, options, repeats = 1 }, photos, within, use) {
  const folder = await mkdtemp(join(within, 'results-'));
  try {
    const inputs = Array.from({ length: repeats }, () => photos).flat();
    const outputs = await deblur(tree, inputs, folder, ['--quiet', ...options]);
    const reports = /** @type {RestoreReport[]} */ (/** @type {unknown} */ (outputs));
    const results = [];
    for (const i of photos.keys()) {
      const ofPhoto = reports.filter((_, k) => k % photos.length === i);
      const [fastest] = ofPhoto.toSorted((a, b) => a.ms - b.ms);
      results.push(await use(await readPicture(outputs[i].output), fastest, i));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
