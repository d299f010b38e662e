/** Gains of a program on blurred photos. */
import { psnr, readPicture } from './measure.js';
import { restoreEach } from './restore.js';

/**
 * @typedef {object} Gain
 * @property {string} name
 * @property {import('./scenes.js').Kind} kind
 * @property {string} model
 * @property {number} psnrIn PSNR of the blurred photo in dB.
 * @property {number} psnrOut PSNR of the result in dB.
 * @property {number} gain In dB.
 * @property {number} seconds The program's time for the photo, without loading the model.
 * @property {number} inferenceMs
 * @property {import('../../../src/shared/contracts/restore.js').RestoreReport['tiles']} tiles
 */

/**
 * Restores the photos with paths of one length. Leaves out a border as wide as the path is long.
 * @param {import('./restore.js').Program} program
 * @param {readonly import('./pairs.js').Pair[]} pairs
 * @param {number} length Length of the paths in pixels.
 * @param {string} folder Folder for temporary files.
 * @returns {Promise<Gain[]>}
 */
export async function measureGains(program, pairs, length, folder) {
  const photos = pairs.map(({ blurred }) => blurred.get(length) ?? '');
  return restoreEach(program, photos, folder, async (result, report, i) => {
    const { kind, name, sharp } = pairs[i];
    const truth = await readPicture(sharp);
    const psnrIn = psnr(await readPicture(photos[i]), truth, length);
    const psnrOut = psnr(result, truth, length);
    const { model, inferenceMs, tiles } = report;
    const gain = psnrOut - psnrIn;
    const seconds = report.ms / 1000;
    return { name, kind, model, psnrIn, psnrOut, gain, seconds, inferenceMs, tiles };
  });
}
