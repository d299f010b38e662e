/**
 * Measures what `--self-ensemble` adds to the quality of each model:
 *
 *   node test/bench/self-ensemble.js --blur DIR --sharp DIR [--set TEXT] [--models DIR]
 *     [--out FILE]
 *
 * `--set` describes the pairs in the result. Build first.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { at, load, modelsIn } from './tools.js';

/**
 * @typedef {typeof import('../../src/main/engine/supervisor/engine-supervisor.js')} ClientModule
 */
/** @typedef {typeof import('../../src/main/app/evaluate.js')} EvaluateModule */

const { values } = parseArgs({
  options: {
    blur: { type: 'string' },
    sharp: { type: 'string' },
    set: { type: 'string', default: 'real pairs' },
    models: { type: 'string', default: at('models') },
    out: { type: 'string' },
  },
});
const { blur, sharp } = values;
if (blur === undefined || sharp === undefined) throw new Error('Name --blur and --sharp folders.');
const folders = { blur, sharp };

const { EngineSupervisor } = /** @type {ClientModule} */ (
  await load('src/main/engine/supervisor/engine-supervisor.ts')
);
const { evaluate } = /** @type {EvaluateModule} */ (await load('src/main/app/evaluate.ts'));
const client = new EngineSupervisor();
const silent = { started: () => undefined, event: () => undefined, done: () => undefined };
/** @type {Record<string, { psnrIn: number, psnr: number, psnrEnsemble: number }>} */
const networks = {};
let pairs = 0;
try {
  for (const id of modelsIn(values.models)) {
    const one = await evaluateModel(id, false);
    const eight = await evaluateModel(id, true);
    pairs = one.pairs.length;
    const { psnrIn, psnrOut } = one.mean;
    networks[id] = { psnrIn, psnr: psnrOut, psnrEnsemble: eight.mean.psnrOut };
  }
  console.table(networks);
  const result = { set: values.set, pairs, networks };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await client.close();
}

/**
 * @param {string} id
 * @param {boolean} selfEnsemble
 */
function evaluateModel(id, selfEnsemble) {
  const plugin = join(values.models, id);
  const settings = { plugin, provider: /** @type {const} */ ('cpu'), skip: false, selfEnsemble };
  return evaluate(new AbortController().signal, client, folders, settings, silent);
}
