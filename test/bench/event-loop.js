/**
 * Measures the event-loop delay of the browser host while it serves an editor, and the time to the
 * first picture:
 *
 *   node test/bench/event-loop.js [--megapixels 12] [--seconds 60] [--photo FILE]
 *
 * A client opens a photo, restores it, fetches every changed tile at three levels, moves the
 * viewport, and exports with a mask. Delays include the histogram's own step of 5 ms. Exits with 1
 * if the 99th percentile exceeds 50 ms or the largest delay 200 ms while restoring. Build first.
 */
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectEditor } from './editor-client.js';
import { startMeasuredHost } from './measured-host.js';
import { sizeOf, writeNoise } from './photos.js';
import { generator } from './random.js';
import { inTemporaryFolder, load, machine } from './tools.js';

/**
 * @typedef {import('./editor-client.js').EditorClient} EditorClient
 * @typedef {import('../../src/shared/protocol/calls.js').OpenedPhoto} OpenedPhoto
 * @typedef {import('../../src/shared/protocol/calls.js').FileEntry} FileEntry
 * @typedef {import('../../src/shared/protocol/events.js').AppEvent} AppEvent
 * @typedef {import('./measured-host.js').MeasuredHost} Host
 */

const SHORT_RUN_S = 5;
const SCORE_TIMEOUT_MS = 5000;
const MOST_P99_MS = 50;
const MOST_DELAY_MS = 200;

const { strokePath } = /** @type {typeof import('../../src/shared/regions/index.js')} */ (
  await load('src/shared/regions/index.ts')
);

const { values } = parseArgs({
  options: {
    megapixels: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '60' },
    photo: { type: 'string' },
  },
});

await inTemporaryFolder('loop', async (folder) => {
  await writePhotos(folder);
  const host = await startMeasuredHost(folder);
  try {
    const editor = await connectEditor(host.address);
    await measure(folder, host, editor);
    editor.close();
  } finally {
    await host.stop();
  }
});

/**
 * @param {string} folder
 * @param {Host} host
 * @param {EditorClient} editor
 */
async function measure(folder, host, editor) {
  const { processor, threads } = machine();
  console.log(`${processor}, ${threads} threads`);
  const files = await listPhotos(editor, folder);
  await host.takeDelays();

  // Restoring another photo first loads the sessions.
  const first = await editor.call('openPhoto', { file: files.warm.ref });
  await restore(editor, first, SHORT_RUN_S);
  await editor.call('closePhoto', { photo: first.photo });
  const warmUp = await host.takeDelays();

  const began = performance.now();
  const opened = await editor.call('openPhoto', { file: files.photo.ref });
  const openMs = performance.now() - began;
  const score = await blurScore(editor, opened);
  const scoreMs = performance.now() - began - openMs;
  const opening = await host.takeDelays();
  const run = await restore(editor, opened, Number(values.seconds));
  const restoring = await host.takeDelays();
  const exportMs = await exportMasked(editor, opened, run.result);
  const exporting = await host.takeDelays();

  console.table({
    'open and warm up': warmUp,
    open: opening,
    restore: restoring,
    'export with a mask': exporting,
  });
  const megabytes = ((files.photo.bytes ?? 0) / 1e6).toFixed(1);
  const lines = [
    `photo ${opened.width} × ${opened.height} (${megabytes} MB)`,
    `opened in ${Math.round(openMs)} ms`,
    score === null ? 'no blur score' : `blur score ${score} after ${Math.round(scoreMs)} ms`,
    `first picture of the whole photo after ${Math.round(run.firstMs)} ms`,
    `${run.stages} stages and ${run.fetched} pictures in ${run.seconds.toFixed(1)} s`,
    `export ${Math.round(exportMs)} ms`,
  ];
  console.log(lines.join('; '));
  if (restoring.p99 > MOST_P99_MS || restoring.max > MOST_DELAY_MS) process.exitCode = 1;
}

/**
 * Writes two different photos, so that opening the first leaves nothing in a cache for the second.
 * @param {string} folder
 */
async function writePhotos(folder) {
  await writeNoise(join(folder, 'warm.jpg'), { width: 1200, height: 800 }, generator(7));
  const photo = join(folder, 'photo.jpg');
  if (values.photo !== undefined) await copyFile(values.photo, photo);
  else await writeNoise(photo, sizeOf(Number(values.megapixels)), generator(1));
}

/**
 * Lists the folder as an editor does.
 * @param {EditorClient} editor
 * @param {string} folder
 */
async function listPhotos(editor, folder) {
  /**
   * @param {FileEntry['ref'] | null} from
   * @param {string} name
   */
  const find = async (from, name) => {
    const { entries } = await editor.call('listFolder', { folder: from });
    const found = entries.find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`The host does not list ${name}.`);
    return found;
  };
  const root = await find(null, basename(folder));
  return { warm: await find(root.ref, 'warm.jpg'), photo: await find(root.ref, 'photo.jpg') };
}

/**
 * Resolves with the photo's blur score; `null` if it does not arrive in time.
 * @param {EditorClient} editor
 * @param {OpenedPhoto} opened
 */
async function blurScore(editor, { photo }) {
  /**
   * @param {AppEvent} event
   * @returns {event is AppEvent & { type: 'blur' }}
   */
  const isScore = (event) => event.type === 'blur' && event.photo === photo;
  const event = await Promise.race([editor.next(isScore), pause(SCORE_TIMEOUT_MS, null)]);
  return event?.blur?.score.toFixed(2) ?? null;
}

/**
 * Restores until the end or for `seconds`, fetches what changes and moves the viewport.
 * @param {EditorClient} editor
 * @param {OpenedPhoto} opened
 * @param {number} seconds
 */
async function restore(editor, { photo, width, height }, seconds) {
  const counts = { stages: 0, fetched: 0 };
  let firstMs = NaN;
  /** @type {Set<Promise<unknown>>} */
  const fetching = new Set();
  const began = performance.now();
  /** @param {string} path */
  const get = (path) => {
    const done = editor.fetch(path).then(() => counts.fetched++);
    fetching.add(done);
    void done.finally(() => fetching.delete(done));
  };
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    const stop = editor.on((message) => {
      if (message.type !== 'result' || message.photo !== photo) return;
      const { event, result } = message;
      if (event.type === 'stage') {
        if (counts.stages++ === 0) firstMs = performance.now() - began;
        for (const tile of tilesOf(event.rect)) {
          if (fetching.size < 12) get(`image/result/${photo}/${result}/0/${event.version}/${tile}`);
        }
        if (counts.stages % 5 === 0) {
          get(`image/map/${photo}/${result}/difficulty/${event.version}`);
        }
      } else if (['finished', 'failed', 'stopped'].includes(event.type)) {
        stop();
        resolve();
      }
    });
  });
  const view = { x: 0, y: 0, w: Math.min(1600, width), h: Math.min(1000, height) };
  const settings = { provider: /** @type {const} */ ('cpu') };
  const { result } = await editor.call('startResult', { photo, settings, view });
  const panning = setInterval(() => {
    view.x = (view.x + 700) % Math.max(1, width - view.w);
    view.y = (view.y + 300) % Math.max(1, height - view.h);
    void editor.call('setViewport', { photo, view });
  }, 700);
  const timer = setTimeout(() => void editor.call('stopResult', { photo }), seconds * 1000);
  await ended;
  clearTimeout(timer);
  clearInterval(panning);
  await Promise.all(fetching);
  const took = (performance.now() - began) / 1000;
  return { result, ...counts, seconds: took, firstMs };
}

/**
 * Returns `level/column/row` of the tiles that a rectangle touches, at three levels.
 * @param {import('../../src/shared/contracts/restore.js').Rect} rect
 */
function tilesOf(rect) {
  const tiles = [];
  for (const level of [0, 1, 2]) {
    const side = 512 * 2 ** level;
    for (let row = Math.floor(rect.y / side); row * side < rect.y + rect.h; row++) {
      for (let column = Math.floor(rect.x / side); column * side < rect.x + rect.w; column++) {
        tiles.push(`${level}/${column}/${row}`);
      }
    }
  }
  return tiles;
}

/**
 * Exports with a stroke, an ellipse and a soft border; returns the time in ms.
 * @param {EditorClient} editor
 * @param {OpenedPhoto} opened
 * @param {Awaited<ReturnType<typeof restore>>['result']} result
 */
async function exportMasked(editor, { photo, width, height }, result) {
  /** @type {[number, number, number][]} */
  const points = Array.from({ length: 400 }, (_, i) => [
    (width * i) / 400,
    height * (0.5 + 0.3 * Math.sin(i / 20)),
    1,
  ]);
  /** @type {import('../../src/shared/protocol/calls.js').CallInput<'exportPhoto'>['regions']} */
  const regions = {
    operations: [
      {
        kind: 'stroke',
        mode: 'add',
        size: height / 8,
        hardness: 0.5,
        flow: 1,
        ...strokePath(points),
      },
      { kind: 'ellipse', mode: 'add', x: 100, y: 100, w: width / 2, h: height / 2 },
      { kind: 'feather', radius: 40 },
    ],
  };
  const output = /** @type {const} */ ({
    folder: null,
    name: 'out.jpg',
    format: 'jpeg',
    quality: 92,
    depth: null,
    metadata: 'all',
    onExist: 'rename',
  });
  const began = performance.now();
  await editor.call('exportPhoto', { photo, result, stage: 0, strength: 1, regions, output });
  return performance.now() - began;
}
