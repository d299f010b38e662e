#!/usr/bin/env node
/**
 * Makes the pixel references with the command line of a built tree:
 *
 *   node test/reference/make.js [--from TREE] [--model ID]
 *
 * `--from` names the tree, by default this one; `--model` renews the references of one model only.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { deblur, readPixels } from './deblur.js';
import { optionsOf, writeMask } from './modes.js';
import { HEIGHT, WIDTH, writePictures } from './pictures.js';
import {
  builtInModels,
  casesOf,
  changeOf,
  storeChanges,
  VERSIONS,
  versionsOf,
} from './references.js';

const { values } = parseArgs({ options: { from: { type: 'string' }, model: { type: 'string' } } });
const tree = values.from ?? fileURLToPath(new URL('../..', import.meta.url));
const size = { width: WIDTH, height: HEIGHT };
const folder = mkdtempSync(join(tmpdir(), 'unsmear-references-'));
try {
  const pictures = await writePictures(folder);
  const mask = join(folder, 'mask.png');
  await writeMask(size, mask);
  mkdirSync(dirname(VERSIONS), { recursive: true });
  const models = builtInModels(tree);
  const cases = casesOf(models);
  for (const model of models) {
    if (values.model !== undefined && values.model !== model) continue;
    const changes = [];
    for (const { mode, picture, tile } of cases.filter((one) => one.model === model)) {
      const input = pictures[picture] ?? '';
      const options = ['--quiet', '--model', model, '--tile', String(tile), '--grain', '0'];
      const out = join(folder, model);
      const [output] = await deblur(tree, [input], out, [
        ...options,
        ...optionsOf(mode, size, mask),
      ]);
      const [before, after] = [await readPixels(input), await readPixels(output?.output ?? '')];
      changes.push(changeOf(before.data, after.data));
      console.log(`${model}, ${mode}, picture ${picture}: ${output?.warnings.join(' ') ?? ''}`);
    }
    await storeChanges(model, changes);
  }
  writeFileSync(VERSIONS, `${JSON.stringify(versionsOf(tree), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
