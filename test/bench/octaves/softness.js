/**
 * Compares the sharpness of a result with that of its previews:
 *
 *   node test/bench/octaves/softness.js RESULT PREVIEW... [--octave N] [--out FILE]
 *
 * Prints, for each preview, the gradient energy of the result over that of the preview, both at the
 * preview's size. `--octave` halves previews that were enlarged to the photo's size, such as files
 * of `--stages-dir`. Ends with 1 if a ratio is below 0.98.
 */
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { lightness } from './linear-light.js';
import { gradientEnergy, readPicture } from './measure.js';

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {import('./linear-light.js').Picture} Picture
 */

const LEAST = 0.98;

/**
 * Returns the gradient energy of a result over that of a preview, at the preview's size reduced by
 * some halvings. 1 = equally sharp; less = the result is softer.
 * @param {Picture} result
 * @param {Picture} preview
 * @param {number} octave Number of halvings.
 */
export function relativeEnergy(result, preview, octave) {
  const size = {
    width: Math.ceil(preview.width / 2 ** octave),
    height: Math.ceil(preview.height / 2 ** octave),
  };
  const energies = [result, preview].map((picture) =>
    gradientEnergy(reduce(lightness(picture), picture, size), size),
  );
  return energies[0] / energies[1];
}

/**
 * Reduces a plane by the means of its pixels, as the editor does for display.
 * @param {Float32Array} plane
 * @param {Size} from
 * @param {Size} to
 * @throws {Error} If the result is the smaller one.
 */
export function reduce(plane, from, to) {
  if (from.width < to.width || from.height < to.height) {
    throw new Error('The preview is larger than the result.');
  }
  // Each pass averages columns and transposes, so two passes restore the orientation.
  const narrow = averageColumns(plane, from.width, from.height, to.width);
  return averageColumns(narrow, from.height, to.width, to.height);
}

/**
 * Averages columns of a plane and returns it transposed.
 * @param {Float32Array} plane
 * @param {number} width
 * @param {number} height
 * @param {number} count Number of columns after averaging.
 */
function averageColumns(plane, width, height, count) {
  const out = new Float32Array(count * height);
  const step = width / count;
  for (let k = 0; k < count; k++) {
    const [left, right] = [k * step, (k + 1) * step];
    const last = Math.min(width, Math.ceil(right - 1e-9));
    for (let x = Math.floor(left + 1e-9); x < last; x++) {
      const weight = (Math.min(x + 1, right) - Math.max(x, left)) / step;
      for (let y = 0; y < height; y++) out[k * height + y] += weight * plane[y * width + x];
    }
  }
  return out;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { octave: { type: 'string', default: '0' }, out: { type: 'string' } },
  });
  const [result, ...previews] = positionals;
  if (previews.length === 0) throw new Error('Name a result and at least one preview.');
  const restored = await readPicture(result);
  const rows = [];
  for (const path of previews) {
    const ratio = relativeEnergy(restored, await readPicture(path), Number(values.octave));
    rows.push({ preview: basename(path), ratio });
  }
  console.table(rows.map(({ preview, ratio }) => ({ preview, ratio: ratio.toFixed(3) })));
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(rows, null, 2)}\n`);
  process.exitCode = rows.every(({ ratio }) => ratio >= LEAST) ? 0 : 1;
}
