/**
 * Compares the gains of two programs, or of two settings of one, on crops of 1 to 2 megapixels:
 *
 *   node test/bench/octaves/compare.js --photos DIR [--before TREE] [--before-options "--octave 0"]
 *     [--megapixels 1,1.5,2] [--count 6] [--lengths 5,10,20,40,80,160] [--repeats 1]
 *     [--seed 1] [--work DIR] [--tree DIR] [--out FILE] [-- OPTIONS OF unsmear deblur]
 *
 * `--before` is the root of a built tree, by default the one that is measured (`--tree`). Options
 * after `--` apply to the one that is measured. Ends with 1 if the mean gain of a length falls by
 * more than 0.05 dB.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from '../tools.js';
import { measureGains } from './gains.js';
import { writePairs } from './pairs.js';
import { inWorkFolder, numbersOf, report, sourcesOf, TIMED } from './settings.js';

const LARGEST_LOSS = 0.05;

const { values, positionals: options } = parseArgs({
  allowPositionals: true,
  options: {
    ...TIMED,
    before: { type: 'string' },
    'before-options': { type: 'string', default: '' },
    megapixels: { type: 'string', default: '1,1.5,2' },
    count: { type: 'string', default: '6' },
    lengths: { type: 'string', default: '5,10,20,40,80,160' },
  },
});
const optionsBefore = values['before-options'].split(' ').filter((option) => option !== '');
const repeats = Number(values.repeats);
const before = { tree: resolve(values.before ?? values.tree), options: optionsBefore, repeats };
const after = { tree: resolve(values.tree), options, repeats };
const lengths = numbersOf(values.lengths);
const settings = {
  megapixels: numbersOf(values.megapixels),
  count: Number(values.count),
  lengths,
  seed: Number(values.seed),
};
const sources = await sourcesOf(values.photos);

await inWorkFolder(values.work, async (folder) => {
  const pairs = await writePairs({ ...settings, sources, folder, format: 'png' });
  const table = [];
  const results = [];
  for (const length of lengths) {
    const old = await measureGains(before, pairs, length, folder);
    const now = await measureGains(after, pairs, length, folder);
    const changes = now.map(({ gain }, i) => gain - old[i].gain);
    const row = {
      length,
      before: mean(old.map(({ gain }) => gain)).toFixed(2),
      after: mean(now.map(({ gain }) => gain)).toFixed(2),
      change: mean(changes).toFixed(3),
      smallest: Math.min(...changes).toFixed(3),
      'seconds before': mean(old.map(({ seconds }) => seconds)).toFixed(1),
      'seconds after': mean(now.map(({ seconds }) => seconds)).toFixed(1),
    };
    console.log(Object.values(row).join('  '));
    table.push(row);
    results.push({ length, change: mean(changes), before: old, after: now });
  }
  report(
    values.out,
    table,
    { settings: { ...settings, optionsBefore, options }, results },
    sources,
  );
  const losses = results.filter(({ change }) => change < -LARGEST_LOSS);
  for (const { length, change } of losses) {
    console.log(`Paths of ${length} px lose ${(-change).toFixed(3)} dB.`);
  }
  process.exitCode = losses.length === 0 ? 0 : 1;
});
