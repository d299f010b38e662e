/**
 * Times of a large edit, 5,000 strokes of 200 points with an undo step each: saving, opening and
 * undoing it.
 *
 *   node test/bench/edit-document.js [--strokes 5000] [--points 200] [--megapixels 24]
 *
 * "Editor" is processor time on the editor's main thread, measured here with the editor's own code;
 * "host" is the browser host's longest processor time within one turn of its event loop; "in all"
 * is the time that passed. Exits with 1 if an autosave takes the editor or the host more than
 * 100 ms. Build first.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { connectEditor } from './editor-client.js';
import { startMeasuredHost } from './measured-host.js';
import { sizeOf, writeNoise } from './photos.js';
import { generator } from './random.js';
import { inTemporaryFolder, loadBundled, machine } from './tools.js';

/**
 * @typedef {import('../../src/shared/edit/edit.js').Edit} Edit
 * @typedef {import('../../src/shared/regions/index.js').RegionOperation} RegionOperation
 * @typedef {import('../../src/shared/protocol/calls.js').OpenedPhoto} OpenedPhoto
 * @typedef {import('../../src/shared/regions/index.js').RegionView} RegionView
 */

const MOST_MS = 100;
const SPACING = 3;

const { values } = parseArgs({
  options: {
    strokes: { type: 'string', default: '5000' },
    points: { type: 'string', default: '200' },
    megapixels: { type: 'string', default: '24' },
  },
});

/**
 * @type {{
 *   regions: typeof import('../../src/shared/regions/index.js'),
 *   edits: typeof import('../../src/shared/edit/edit.js'),
 *   histories: typeof import('../../src/shared/edit/history.js'),
 *   limits: typeof import('../../src/shared/edit/limits.js'),
 *   reader: typeof import('../../src/shared/edit/read-edit.js'),
 *   writer: typeof import('../../src/shared/edit/write-edit.js'),
 *   views: typeof import('../../src/renderer/features/mask/worker/views.js'),
 * }}
 */
const { regions, edits, histories, limits, reader, writer, views } = /** @type {any} */ (
  await loadBundled({
    regions: 'src/shared/regions/index.ts',
    edits: 'src/shared/edit/edit.ts',
    histories: 'src/shared/edit/history.ts',
    limits: 'src/shared/edit/limits.ts',
    reader: 'src/shared/edit/read-edit.ts',
    writer: 'src/shared/edit/write-edit.ts',
    views: 'src/renderer/features/mask/worker/views.ts',
  })
);

const random = generator(7);
/** @type {Record<string, { editor: number, host: number, total: number }>} */
const rows = {};

await inTemporaryFolder('edit', async (folder) => {
  await writeNoise(join(folder, 'photo.jpg'), sizeOf(Number(values.megapixels)), random);
  const host = await startMeasuredHost(folder);
  const client = await connectEditor(host.address);
  try {
    await measure(host, client);
  } finally {
    client.close();
    await host.stop();
  }
});

/**
 * @param {import('./measured-host.js').MeasuredHost} host
 * @param {import('./editor-client.js').EditorClient} client
 */
async function measure(host, client) {
  const { processor, threads } = machine();
  console.log(`${processor}, ${threads} threads`);
  const root = (await client.call('listFolder', { folder: null })).entries[0];
  const listing = await client.call('listFolder', { folder: root?.ref ?? null });
  const file = listing.entries.find(({ name }) => name === 'photo.jpg');
  if (file === undefined) throw new Error('The photo is not listed.');
  const opened = await client.call('openPhoto', { file: file.ref });
  const { name, width, height, bytes, hash, photo } = opened;
  let edit = draw(edits.newEdit({ name, width, height, bytes, hash }, 0));
  /** @param {Edit} next @param {'autosave' | 'sidecar'} to */
  const save = (next, to) => client.call('saveEdit', { photo, edit: writer.writeEdit(next), to });

  await save(edit, 'autosave');
  edit = drawOne(edit);
  const stroke = time(() => (edit = drawOne(edit)));
  const written = time(() => writer.writeEdit(edit));
  const text = time(() => JSON.stringify(writer.writeEdit(edit)));
  const clone = time(() => globalThis.structuredClone(writer.writeEdit(edit)));
  console.log(
    `${(JSON.stringify(writer.writeEdit(edit)).length / 1e6).toFixed(1)} MB,`,
    `${edit.history.steps.length} steps;`,
    `one more stroke ${ms(stroke)}, document ${ms(written)},`,
    `with JSON ${ms(text)}, with structured clone ${ms(clone)}`,
  );
  await step('autosave', host, Math.max(text, clone), () => save(edit, 'autosave'));
  await step('save', host, Math.max(text, clone), () => save(edit, 'sidecar'));
  await client.call('closePhoto', { photo });

  /** @type {OpenedPhoto | null} */
  let again = null;
  await step('open again', host, 0, async () => {
    again = await client.call('openPhoto', { file: file.ref });
  });
  const stored = /** @type {OpenedPhoto | null} */ (again)?.edit;
  const { edit: read, lost } = reader.readEdit(stored, 0);
  const reading = time(() => reader.readEdit(stored, 0));
  const row = rows['open again'];
  if (row !== undefined) row.editor = reading;
  if (lost.length > 0 || read.history.steps.length !== edit.history.steps.length) {
    throw new Error('The edit did not come back as it was.');
  }
  console.table(Object.fromEntries(Object.entries(rows).map(([key, row]) => [key, rounded(row)])));
  undoIn('whole photo', views.baseView(opened), read);
  const visible = { x: width / 4, y: height / 4, w: width / 4, h: height / 4 };
  const detail = views.detailView(opened, visible, 1);
  if (detail !== null) undoIn('part at full size', detail, read);
  const { autosave } = rows;
  if (autosave !== undefined && Math.max(autosave.editor, autosave.host) > MOST_MS) {
    process.exitCode = 1;
  }
}

/** @param {Edit} empty */
function draw(empty) {
  let edit = empty;
  for (let i = 0; i < Number(values.strokes); i++) edit = drawOne(edit);
  return edit;
}

/**
 * Adds a stroke as one step of the history.
 * @param {Edit} edit
 * @returns {Edit}
 */
function drawOne(edit) {
  const settings = edits.settingsOf(edit);
  const state = {
    ...settings,
    regions: regions.addOperation(settings.regions, wander(edit.photo)),
  };
  const options = { label: 'region.stroke', time: Date.now() };
  return { ...edit, history: limits.fitHistory(histories.change(edit.history, state, options)) };
}

/**
 * Returns a stroke that wanders over the photo.
 * @param {import('../../src/shared/regions/index.js').PhotoSize} photo
 * @returns {RegionOperation}
 */
function wander({ width, height }) {
  const writer = new regions.PathWriter(2);
  let [x, y, angle] = [random() * width, random() * height, random() * 7];
  for (let i = 0; i < Number(values.points); i++) {
    writer.add(x, y);
    angle += random() - 0.5;
    [x, y] = [x + SPACING * Math.cos(angle), y + SPACING * Math.sin(angle)];
  }
  const brush = { size: 20 + 60 * random(), hardness: 0.5, flow: 1 };
  return { kind: 'stroke', mode: 'add', ...brush, pressure: false, path: writer.text };
}

/**
 * Undoes strokes one by one in a view of the mask, as the mask's worker does.
 * @param {string} name
 * @param {RegionView} view
 * @param {Edit} edit
 */
function undoIn(name, view, edit) {
  const { operations } = edits.settingsOf(edit).regions;
  const canvas = new regions.RegionCanvas(edit.photo, view);
  const first = time(() => canvas.show({ operations }));
  const undone = Array.from({ length: 500 }, (_, i) =>
    time(() => canvas.show({ operations: operations.slice(0, -1 - i) })),
  );
  const one = undone[0] ?? NaN;
  const longest = Math.max(...undone);
  const total = undone.reduce((sum, each) => sum + each, 0);
  const redone = time(() => canvas.show({ operations: operations.slice(0, -499) }));
  console.log(
    `mask, ${name}: drawn in ${ms(first)}; undo ${ms(one)}, 500 undos ${ms(total)}`,
    `(the longest ${ms(longest)}); redo ${ms(redone)}`,
  );
}

/**
 * Measures a call to the host.
 * @param {string} name
 * @param {import('./measured-host.js').MeasuredHost} host
 * @param {number} editor Time on the editor's main thread in ms.
 * @param {() => Promise<unknown>} call
 */
async function step(name, host, editor, call) {
  await host.takeDelays();
  const began = performance.now();
  await call();
  const total = performance.now() - began;
  rows[name] = { editor, host: (await host.takeDelays()).busy, total };
}

/**
 * Returns the processor time of a piece of work in ms, which other processes do not change.
 * @param {() => unknown} work
 */
function time(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @param {number} milliseconds */
function ms(milliseconds) {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** @param {{ editor: number, host: number, total: number }} row */
function rounded({ editor, host, total }) {
  return {
    'editor, ms': Math.round(editor),
    'host, ms': Math.round(host),
    'in all, ms': Math.round(total),
  };
}
