/**
 * Measures the speed of all models on the CPU, in one run, so that they can be compared:
 *
 *   node test/bench/networks.js [--models models] [--photo FILE] [--repeats 5]
 *     [--out docs/networks.json] [--write]
 *
 * Models take turns, so other work on the machine affects all of them; each has a warm engine.
 * Results are medians in ms per megapixel of the photo: `msPerMegapixel` from decoding to the
 * written file, `stages` inside the inference runtime. `--write` puts `msPerMegapixel` into the
 * manifests, from which the editor shows it. Build first.
 */
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { changeManifest } from './manifest-file.js';
import { at, inTemporaryFolder, load, machine, median, modelsIn } from './tools.js';

/**
 * @typedef {typeof import('../../src/main/engine/supervisor/engine-supervisor.js')} ClientModule
 * @typedef {typeof import('../../src/main/app/restore-photo.js')} RestoreModule
 * @typedef {InstanceType<ClientModule['EngineSupervisor']>} EngineSupervisor
 */
/** @typedef {import('../../src/shared/contracts/restore.js').RestoreReport} RestoreReport */
/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} plugin Folder with `plugin.json`.
 * @property {EngineSupervisor} client
 * @property {RestoreReport[]} reports
 */

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: at('models') },
    photo: { type: 'string', default: at('resources/sample-blurred.jpg') },
    repeats: { type: 'string', default: '5' },
    out: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const { EngineSupervisor } = /** @type {ClientModule} */ (
  await load('src/main/engine/supervisor/engine-supervisor.ts')
);
const { restorePhoto } = /** @type {RestoreModule} */ (await load('src/main/app/restore-photo.ts'));
/** @type {Model[]} */
const models = modelsIn(values.models).map((id) => ({
  id,
  plugin: join(values.models, id),
  client: new EngineSupervisor(),
  reports: [],
}));
try {
  await inTemporaryFolder('networks', async (folder) => {
    // The first restoration loads sessions and allocates memory.
    for (const model of models) await restore(model, folder);
    for (let i = 0; i < Number(values.repeats); i++) {
      for (const model of models) model.reports.push(await restore(model, folder));
    }
  });
  const rows = models.map((model) => ({ ...model, times: timesOf(model) }));
  const table = rows.map(({ id, times: { msPerMegapixel, range, stages } }) => {
    const perStage = stages.map((stage) => stage.msPerMegapixel).join(' + ');
    return [id, { msPerMegapixel, range: range.join(' - '), stages: perStage }];
  });
  console.table(Object.fromEntries(table));
  const networks = Object.fromEntries(rows.map(({ id, times }) => [id, times]));
  const { width, height } = models[0]?.reports[0] ?? {};
  const result = {
    machine: machine(),
    photo: { name: basename(values.photo), width, height },
    repeats: Number(values.repeats),
    networks,
  };
  if (values.out !== undefined) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
  if (values.write) for (const row of rows) writeTime(row.plugin, row.times.msPerMegapixel);
} finally {
  await Promise.all(models.map(({ client }) => client.close()));
}

/**
 * @param {Model} model
 * @param {string} folder
 */
function restore({ id, plugin, client }, folder) {
  const path = join(folder, `${id}.png`);
  const request = { input: values.photo, plugin, provider: /** @type {const} */ ('cpu') };
  const output = { path, onExist: /** @type {const} */ ('overwrite') };
  const signal = new AbortController().signal;
  return restorePhoto(signal, client, { ...request, skip: false, output });
}

/** @param {Model} model */
function timesOf({ reports }) {
  const [first] = reports;
  if (first === undefined) throw new Error('--repeats must be at least 1.');
  /** @param {number} ms */
  const perMegapixel = (ms) => Math.round(ms / ((first.width * first.height) / 1e6));
  const times = reports.map(({ ms }) => perMegapixel(ms));
  const stages = first.stages.map(({ label }, i) => ({
    label,
    msPerMegapixel: perMegapixel(median(reports.map(({ stages }) => stages[i]?.ms ?? NaN))),
  }));
  return { msPerMegapixel: median(times), range: [Math.min(...times), Math.max(...times)], stages };
}

/**
 * Writes the time into a manifest, after `gmacsPerMegapixel`.
 * @param {string} plugin Folder with `plugin.json`.
 * @param {number} msPerMegapixel
 */
function writeTime(plugin, msPerMegapixel) {
  changeManifest(plugin, (manifest) => {
    const entries = Object.entries(manifest)
      .filter(([key]) => key !== 'msPerMegapixel')
      .flatMap((entry) =>
        entry[0] === 'gmacsPerMegapixel' ? [entry, ['msPerMegapixel', msPerMegapixel]] : [entry],
      );
    return Object.fromEntries(entries);
  });
}
