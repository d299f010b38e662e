/**
 * What the mean over mirrored and turned copies (`--self-ensemble`) adds to each network, through the program:
 *
 *   node test/bench/self-ensemble.js --blur DIR --sharp DIR --set "what the pairs are" [--models models] [--out FILE]
 *
 * Build first.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    blur: { type: 'string' },
    sharp: { type: 'string' },
    set: { type: 'string', default: 'real pairs' },
    models: { type: 'string', default: at('models') },
    out: { type: 'string' },
  },
});

const { module: engine } = await runnerImport(at('src/main/engine/supervisor/client.ts'));
const { module: app } = await runnerImport(at('src/main/app/evaluate.ts'));
const client = new engine.EngineClient();
const quiet = { started: () => undefined, event: () => undefined, done: () => undefined };
const result = { set: values.set, pairs: 0, networks: {} };
try {
  for (const id of readdirSync(values.models)) {
    const plugin = join(values.models, id);
    if (!existsSync(join(plugin, 'plugin.json'))) continue;
    const [one, eight] = [await evaluate(plugin, false), await evaluate(plugin, true)];
    const { psnrIn, psnrOut: psnr } = one.mean;
    result.pairs = one.pairs.length;
    result.networks[id] = { psnrIn, psnr, psnrEnsemble: eight.mean.psnrOut };
  }
  console.table(result.networks);
  if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await client.close();
}

function evaluate(plugin, selfEnsemble) {
  const settings = { plugin, provider: 'cpu', skip: false, selfEnsemble };
  return app.evaluate(new AbortController().signal, client, values, settings, quiet);
}
