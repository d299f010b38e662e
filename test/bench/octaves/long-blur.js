/**
 * Measures gain and time on photos with camera shake of several lengths:
 *
 *   node test/bench/octaves/long-blur.js --photos DIR [--quick] [--megapixels 6] [--count 8]
 *     [--lengths 5,10,20,40,80,160] [--model ID,ID] [--format png|jpeg] [--repeats 1] [--seed 1]
 *     [--work DIR] [--tree DIR] [--out FILE] [-- OPTIONS OF unsmear deblur]
 *
 * Half of the photos are natively sharp, half are enlarged 2 to 4 times with grain. The gain is the
 * PSNR of the result minus that of the blurred photo, without a border as wide as the path is long.
 * Times are the program's own, without loading the model, the shortest of `--repeats` runs.
 * `--work` keeps the photos for the next run. `--quick` takes 4 photos of 1 megapixel.
 * The goals of quality are for 8 photos of 6 megapixels, those of time for
 * `--megapixels 24 --count 2 --format jpeg --repeats 2`. Build first.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from '../tools.js';
import { measureGains } from './gains.js';
import { writePairs } from './pairs.js';
import { inWorkFolder, numbersOf, report, sourcesOf, TIMED } from './settings.js';

const { values, positionals: options } = parseArgs({
  allowPositionals: true,
  options: {
    ...TIMED,
    quick: { type: 'boolean', default: false },
    megapixels: { type: 'string' },
    count: { type: 'string' },
    lengths: { type: 'string', default: '5,10,20,40,80,160' },
    model: { type: 'string' },
    format: { type: 'string', default: 'png' },
  },
});
const megapixels = numbersOf(values.megapixels ?? (values.quick ? '1' : '6'));
const count = Number(values.count ?? (values.quick ? '4' : '8'));
const lengths = numbersOf(values.lengths);
const models = values.model?.split(',') ?? [null];
const seed = Number(values.seed);
const sources = await sourcesOf(values.photos);

await inWorkFolder(values.work, async (folder) => {
  const format = values.format === 'jpeg' ? 'jpeg' : 'png';
  const pairs = await writePairs({ sources, folder, megapixels, count, lengths, seed, format });
  const table = [];
  const results = [];
  for (const model of models) {
    const program = {
      tree: resolve(values.tree),
      repeats: Number(values.repeats),
      options: model === null ? options : ['--model', model, ...options],
    };
    /** @type {number | null} */
    let secondsAt10 = null;
    for (const length of lengths) {
      const measured = await measureGains(program, pairs, length, folder);
      const seconds = mean(measured.map((result) => result.seconds));
      if (length === 10) secondsAt10 = seconds;
      const row = { model: model ?? measured[0]?.model, length, ...gainsOf(measured) };
      const time = {
        seconds: seconds.toFixed(1),
        'of 10 px': secondsAt10 === null ? '' : (seconds / secondsAt10).toFixed(2),
      };
      console.log(Object.values({ ...row, ...time }).join('  '));
      table.push({ ...row, ...time });
      results.push({ model: row.model, length, photos: measured });
    }
  }
  const settings = { megapixels, count, lengths, seed, format, options };
  report(values.out, table, { settings, results }, sources);
});

/**
 * Returns mean and smallest gain of each kind, as text.
 * @param {readonly import('./gains.js').Gain[]} results
 */
function gainsOf(results) {
  const entries = ['native', 'enlarged'].flatMap((kind) => {
    const gains = results.filter((result) => result.kind === kind).map(({ gain }) => gain);
    if (gains.length === 0) return [];
    return [
      [kind, mean(gains).toFixed(2)],
      [`${kind} min`, Math.min(...gains).toFixed(2)],
    ];
  });
  return Object.fromEntries(entries);
}
