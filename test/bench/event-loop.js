/**
 * Event-loop delay of the browser host while it serves an editor, and how soon the first look is there:
 *
 *   node test/bench/event-loop.js [--megapixels 12] [--seconds 60] [--photo FILE]
 *
 * A client opens a photo, restores it, fetches every tile that changes at three levels, turns to other places, and exports
 * with a mask. Delays are told as the histogram has them, its own step of 5 ms included. Build first.
 */
import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { connectEditor } from './editor-client.js';

const SERVER = new URL('../../out/main/server.js', import.meta.url).pathname;
const HOOK = new URL('./event-loop-hook.js', import.meta.url).href;

const { values } = parseArgs({
  options: {
    megapixels: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '60' },
    photo: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'unsmear-loop-'));
let child = null;
try {
  const paths = await makePhotos(Number(values.megapixels));
  const host = await startHost();
  const editor = await connectEditor(host.address);
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`);
  const { files, sizes } = await findPhotos(editor, paths);
  const rows = {};
  await host.delays();

  // Warm: the sessions are loaded by a restoration of another photo.
  const warming = await editor.call('openPhoto', { file: files.warm });
  await restore(editor, warming, 5);
  await editor.call('closePhoto', { photo: warming.photo });
  rows['open and warm up'] = await host.delays();

  const began = performance.now();
  const opened = await editor.call('openPhoto', { file: files.photo });
  const openMs = performance.now() - began;
  const blur = editor.next((event) => event.type === 'blur' && event.photo === opened.photo);
  const told = await Promise.race([blur, new Promise((r) => setTimeout(r, 5000))]);
  const blurMs = performance.now() - began - openMs;
  rows.open = await host.delays();
  const run = await restore(editor, opened, Number(values.seconds));
  rows.restore = await host.delays();
  const exportMs = await exportMasked(editor, opened, run.result);
  rows['export with a mask'] = await host.delays();
  console.table(rows);
  console.log(
    [
      `photo ${opened.width} × ${opened.height} (${sizes})`,
      `opened in ${Math.round(openMs)} ms`,
      `blur badge ${told ? `${told.blur?.score.toFixed(2)} after ${Math.round(blurMs)} ms` : 'not told in 5 s'}`,
      `first look after ${Math.round(run.previewMs)} ms (host: ${Math.round(run.hostMs)} ms)`,
      `${run.stages} stages and ${run.tiles} tiles of pixels in ${run.seconds.toFixed(1)} s`,
      `export ${Math.round(exportMs)} ms`,
    ].join('; '),
  );
  const { p99, max } = rows.restore;
  if (p99 > 50 || max > 200) process.exitCode = 1;
  editor.close();
} finally {
  child?.kill('SIGTERM');
  await new Promise((resolve) =>
    child?.exitCode === null ? child.once('exit', resolve) : resolve(),
  );
  await rm(folder, { recursive: true, force: true });
}

async function startHost() {
  const env = { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data') };
  const args = ['--import', HOOK, SERVER, '--port', '0', '--root', folder];
  child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  child.stderr.on('data', (chunk) => (told += chunk));
  const address = await new Promise((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      const found = /ready: (\S+)/.exec(out);
      if (found) resolve(found[1]);
    });
    child.once('exit', () => reject(new Error(told)));
  });
  const delays = async () => {
    const from = told.length;
    child.kill('SIGUSR2');
    for (;;) {
      const found = /delays (\{.*\})\n/.exec(told.slice(from));
      if (found) return JSON.parse(found[1]);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { address, delays };
}

/** Two different ones, so that the first leaves nothing behind for the second. */
async function makePhotos(megapixels) {
  const width = Math.round(Math.sqrt(megapixels * 1.5) * 1000);
  const height = Math.round((megapixels * 1e6) / width);
  const warm = join(folder, 'warm.jpg');
  await noise(warm, 1200, 800, 7);
  const photo = join(folder, 'photo.jpg');
  if (values.photo) await copyFile(values.photo, photo);
  else await noise(photo, width, height, 1);
  return { warm, photo };
}

/** Band-limited noise: smooth everywhere, so that no tile is left out. */
async function noise(path, width, height, seed) {
  const small = { width: Math.ceil(width / 4), height: Math.ceil(height / 4), channels: 3 };
  const data = Buffer.alloc(small.width * small.height * 3);
  let state = seed;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = 60 + (state >>> 25);
  }
  await sharp(data, { raw: small })
    .resize(width, height, { kernel: 'cubic' })
    .jpeg({ quality: 92 })
    .toFile(path);
}

/** By listing, as an editor does. */
async function findPhotos(editor) {
  const roots = await editor.call('listFolder', { folder: null });
  const name = folder.split('/').at(-1);
  const root = roots.entries.find((entry) => entry.name === name);
  const { entries } = await editor.call('listFolder', { folder: root.ref });
  const of = (wanted) => entries.find((entry) => entry.name === wanted);
  const { bytes } = of('photo.jpg');
  return {
    files: { warm: of('warm.jpg').ref, photo: of('photo.jpg').ref },
    sizes: `${Math.round(bytes / 1e5) / 10} MB`,
  };
}

/** Restores until it is done or the time is over, and fetches what changes. */
async function restore(editor, { photo, width, height }, seconds) {
  const counts = { stages: 0, tiles: 0 };
  const fetching = new Set();
  let preview = null;
  const start = performance.now();
  const get = (path) => {
    const done = editor.fetch(path).then(() => counts.tiles++);
    fetching.add(done);
    done.finally(() => fetching.delete(done));
  };
  const stop = editor.on((event) => {
    if (event.type !== 'result' || event.photo !== photo) return;
    const { type, rect, version, ms } = event.event;
    if (type === 'preview') {
      preview = { at: performance.now() - start, ms };
      get(`image/preview/${photo}/${event.result}`);
    }
    if (type !== 'stage') return;
    counts.stages++;
    for (const level of [0, 1, 2]) {
      const side = 512 * 2 ** level;
      for (let row = Math.floor(rect.y / side); row * side < rect.y + rect.h; row++) {
        for (let column = Math.floor(rect.x / side); column * side < rect.x + rect.w; column++) {
          if (fetching.size < 12)
            get(`image/result/${photo}/${event.result}/0/${version}/${level}/${column}/${row}`);
        }
      }
    }
    if (counts.stages % 5 === 0) get(`image/map/${photo}/${event.result}/difficulty/${version}`);
  });
  const ends = ['finished', 'failed', 'stopped'];
  const ended = editor.next(
    ({ type, photo: of, event }) => type === 'result' && of === photo && ends.includes(event.type),
  );
  const view = { x: 0, y: 0, w: Math.min(1600, width), h: Math.min(1000, height) };
  const settings = { provider: 'cpu' };
  const { result } = await editor.call('startResult', { photo, settings, view });
  const panning = setInterval(() => {
    view.x = (view.x + 700) % Math.max(1, width - view.w);
    view.y = (view.y + 300) % Math.max(1, height - view.h);
    void editor.call('lookAt', { photo, view });
  }, 700);
  const timer = setTimeout(() => void editor.call('stopResult', { photo }), seconds * 1000);
  await ended;
  clearTimeout(timer);
  clearInterval(panning);
  await Promise.all(fetching);
  stop();
  const took = (performance.now() - start) / 1000;
  return {
    result,
    ...counts,
    seconds: took,
    previewMs: preview?.at ?? NaN,
    hostMs: preview?.ms ?? NaN,
  };
}

async function exportMasked(editor, { photo, width, height }, result) {
  const points = Array.from({ length: 400 }, (_, i) => [
    (width * i) / 400,
    height * (0.5 + 0.3 * Math.sin(i / 20)),
    1,
  ]);
  const operations = [
    { kind: 'stroke', mode: 'add', size: height / 8, hardness: 0.5, flow: 1, points },
    { kind: 'ellipse', mode: 'add', x: 100, y: 100, w: width / 2, h: height / 2 },
    { kind: 'feather', radius: 40 },
  ];
  const output = {
    folder: null,
    name: 'out.jpg',
    format: 'jpeg',
    quality: 92,
    depth: null,
    metadata: 'all',
    onExist: 'rename',
  };
  const start = performance.now();
  const regions = { version: 1, operations };
  await editor.call('exportPhoto', { photo, result, stage: 0, strength: 1, regions, output });
  return performance.now() - start;
}
