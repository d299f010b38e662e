/**
 * Speed of all networks on the CPU, in one run through the engine, so that they can be compared:
 *
 *   node test/bench/networks.js [--models models] [--photo FILE] [--repeats 5] [--out docs/networks.json] [--write]
 *
 * Networks take turns, so that whatever else the machine does hits all of them; each keeps an engine of its own, which
 * is warm. Told are medians, milliseconds per megapixel of the photo: `msPerMegapixel` from decoding to the written file,
 * `stages` inside the inference runtime. `--write` notes the former in each plug-in's manifest, where the editor finds it.
 * Build first.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';
import { changeManifest } from './manifest-file.js';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: at('models') },
    photo: { type: 'string', default: at('resources/sample-blurred.jpg') },
    repeats: { type: 'string', default: '5' },
    out: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const { module } = await runnerImport(at('src/main/engine/supervisor/client.ts'));
const folder = await mkdtemp(join(tmpdir(), 'unsmear-networks-'));
const networks = readdirSync(values.models)
  .filter((id) => existsSync(join(values.models, id, 'plugin.json')))
  .map((id) => ({
    id,
    plugin: join(values.models, id),
    client: new module.EngineClient(),
    reports: [],
  }));
try {
  // The first time sessions are made, and memory is claimed.
  for (const network of networks) await restore(network);
  for (let i = 0; i < Number(values.repeats); i++) {
    for (const network of networks) network.reports.push(await restore(network));
  }
  const result = tell();
  console.table(
    Object.fromEntries(
      Object.entries(result.networks).map(([id, { msPerMegapixel, range, stages }]) => [
        id,
        {
          msPerMegapixel,
          range: range.join(' - '),
          stages: stages.map((s) => s.msPerMegapixel).join(' + '),
        },
      ]),
    ),
  );
  if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  if (values.write) for (const network of networks) note(network, result.networks[network.id]);
} finally {
  await Promise.all(networks.map(({ client }) => client.close()));
  await rm(folder, { recursive: true, force: true });
}

function restore({ id, plugin, client }) {
  const output = { path: join(folder, `${id}.png`), onExist: 'overwrite' };
  const request = { input: values.photo, plugin, provider: 'cpu', skip: false, output };
  return client.restore(new AbortController().signal, request, () => undefined);
}

function tell() {
  const [{ width, height }] = networks[0].reports;
  const perMegapixel = (ms) => Math.round(ms / ((width * height) / 1e6));
  const rows = networks.map(({ id, reports }) => {
    const times = reports.map(({ ms }) => perMegapixel(ms));
    const stages = reports[0].stages.map(({ label }, i) => ({
      label,
      msPerMegapixel: perMegapixel(median(reports.map((report) => report.stages[i].ms))),
    }));
    const range = [Math.min(...times), Math.max(...times)];
    return [id, { msPerMegapixel: median(times), range, stages }];
  });
  return {
    machine: { processor: cpus()[0].model.trim(), threads: availableParallelism() },
    photo: { name: basename(values.photo), width, height },
    repeats: Number(values.repeats),
    networks: Object.fromEntries(rows),
  };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function note({ plugin }, { msPerMegapixel }) {
  changeManifest(plugin, (manifest) => {
    const entries = Object.entries(manifest)
      .filter(([key]) => key !== 'msPerMegapixel')
      .flatMap((entry) =>
        entry[0] === 'gmacsPerMegapixel' ? [entry, ['msPerMegapixel', msPerMegapixel]] : [entry],
      );
    return Object.fromEntries(entries);
  });
}
