/**
 * Measures speed and memory of the command line on drawn photos:
 *
 *   node test/bench/engine.js [--model ID] [--megapixels 1,24,100] [--work MP] [--keep]
 *
 * `--work` limits the restored area with a mask (default: 8 MP per photo), because memory does not
 * depend on the number of restored tiles. Build first.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { sizeOf, writeNoise } from './photos.js';
import { generator } from './random.js';
import { runProgram } from './run-program.js';
import { treePss } from './sample-memory.js';
import { inTemporaryFolder, MB } from './tools.js';

/** @typedef {import('../../src/shared/contracts/restore.js').RestoreReport} RestoreReport */

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    megapixels: { type: 'string', default: '1,24,100' },
    work: { type: 'string', default: '8' },
    keep: { type: 'boolean', default: false },
  },
});

const run = async (/** @type {string} */ folder) => {
  const rows = [];
  for (const megapixels of values.megapixels.split(',').map(Number)) {
    rows.push(await measure(folder, megapixels, Number(values.work)));
  }
  console.table(rows);
};
await inTemporaryFolder('bench', run, values.keep);

/**
 * @param {string} folder
 * @param {number} megapixels
 * @param {number} work Megapixels to restore.
 */
async function measure(folder, megapixels, work) {
  const { width, height } = sizeOf(megapixels);
  const photo = join(folder, `photo-${width}x${height}.jpg`);
  await writeNoise(photo, { width, height }, generator(1));
  const share = Math.min(1, work / megapixels);
  // Sessions are warm for the second of two equal photos.
  const args = ['deblur', photo, photo, '--out-dir', folder, '--no-skip', '--json', '--quiet'];
  args.push('--format', 'jpeg', '--quality', '90', '--provider', 'cpu');
  if (values.model !== undefined) args.push('--model', values.model);
  if (share < 1) args.push('--mask', await writeMask(folder, { width, height }, share));
  let peak = 0;
  const { code, stdout } = await runProgram(args, {
    sample: (pid) => (peak = Math.max(peak, treePss(pid))),
  });
  if (code !== 0) throw new Error(`unsmear deblur ended with ${code}`);
  /** @type {{ outputs: [RestoreReport, RestoreReport] }} */
  const { outputs } = JSON.parse(stdout);
  const [cold, warm] = outputs;
  const restored = megapixels * share;
  return {
    photo: `${width}×${height}`,
    restored: `${restored.toFixed(1)} MP`,
    tiles: warm.tiles.processed,
    seconds: (warm.ms / 1000).toFixed(1),
    'MP/s': (restored / (warm.ms / 1000)).toFixed(3),
    'in runtime': `${Math.round((100 * warm.inferenceMs) / warm.ms)} %`,
    'load ms': Math.round(cold.loadMs),
    'peak PSS MB': peak === 0 ? 'not reported' : Math.round(peak / MB),
  };
}

/**
 * Writes a mask that is white in its upper left part; returns its path.
 * @param {string} folder
 * @param {import('./photos.js').Size} size
 * @param {number} share Share of the photo's area that is white.
 */
async function writeMask(folder, { width, height }, share) {
  const w = Math.round(width * Math.sqrt(share));
  const h = Math.round(height * Math.sqrt(share));
  const path = join(folder, `mask-${width}x${height}.png`);
  const white = { width: w, height: h, channels: /** @type {const} */ (3), background: '#fff' };
  await sharp({ create: white, limitInputPixels: false })
    .extend({ right: width - w, bottom: height - h, background: '#000' })
    .toColourspace('b-w')
    .png()
    .toFile(path);
  return path;
}
