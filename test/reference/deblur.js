/** Runs the command line of a built tree on PNG files and reads its results. */
import { join } from 'node:path';
import sharp from 'sharp';
import { runProgram } from '../bench/run-program.js';

/** @typedef {{ total: number, processed: number, skipped: number }} Tiles */
/** @typedef {{ input: string, output: string, tiles: Tiles, warnings: string[] }} Output */

/**
 * Restores photos with one start of `bin/unsmear.js`, on the CPU.
 * @param {string} tree Root of the built tree.
 * @param {string[]} photos
 * @param {string} folder Folder of the results.
 * @param {string[]} options Further options of `unsmear deblur`.
 * @returns {Promise<Output[]>} The results, in the order of `photos`.
 * @throws {Error} If a photo failed.
 */
export async function deblur(tree, photos, folder, options) {
  const args = ['deblur', ...photos, '--out-dir', folder, ...options];
  args.push('--provider', 'cpu', '--on-exist', 'overwrite', '--json');
  const env = { UNSMEAR_DATA_DIR: join(folder, 'data') };
  const { code, stdout } = await runProgram(args, { tree, env });
  /** @type {{ outputs: Output[] }} */
  const { outputs } = code === 0 ? JSON.parse(stdout) : { outputs: [] };
  if (outputs.length === photos.length) return outputs;
  throw new Error(`unsmear deblur ended with ${String(code)}: ${options.join(' ')}`);
}

/**
 * Decodes a photo to interleaved samples.
 * @param {string} path
 */
export async function readPixels(path) {
  const { data, info } = await sharp(path).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}
