/**
 * Are tile borders visible? Compares each photo restored in tiles with the same photo restored in one
 * tile: the gradient of their difference across tile borders, over that elsewhere.
 *
 *   node test/bench/seams.js [--tiles 512,448,384,320] [--model FOLDER] PHOTO...
 *
 * A picture's own detail is not spread evenly, and a border that happens to lie on more of it than its surroundings
 * have looks like a seam in that ratio. So each photo is cut in several ways, and `ratio` compares the same
 * pixels, in the same direction: with a border there, and in the cuts that have their borders elsewhere (each in units of
 * its cut's mean gradient, since small tiles differ more everywhere). `plain` compares border pixels with all others,
 * whatever the picture shows there. Photos larger than the plug-in's largest tile are cropped to it. Build first.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { runnerImport } from 'vite';

const { values, positionals: photos } = parseArgs({
  allowPositionals: true,
  options: {
    tiles: { type: 'string', default: '512,448,384,320' },
    largest: { type: 'string', default: '1024' },
    model: { type: 'string', default: new URL('../../models/adn', import.meta.url).pathname },
  },
});

const source = new URL('../../src/main/engine/supervisor/client.ts', import.meta.url).pathname;
const { module } = await runnerImport(source);
const client = new module.EngineClient();
const folder = await mkdtemp(join(tmpdir(), 'unsmear-seams-'));
try {
  const rows = [];
  for (const photo of photos) rows.push({ photo: basename(photo), ...(await measure(photo)) });
  console.table(rows);
} finally {
  await client.close();
  await rm(folder, { recursive: true, force: true });
}

async function measure(photo) {
  const largest = Number(values.largest);
  const crop = join(folder, 'crop.png');
  const { width, height } = await sharp(photo).metadata();
  await sharp(photo)
    .extract({
      left: 0,
      top: 0,
      width: Math.min(width, largest),
      height: Math.min(height, largest),
    })
    .toFile(crop);
  const whole = await restore(crop, largest);
  const places = Array.from({ length: 2 * whole.width * whole.height }, () => null);
  const plain = { border: tally(), elsewhere: tally() };
  for (const side of values.tiles.split(',')) {
    const tiled = await restore(crop, Number(side));
    const gradients = gradientsOf(whole, tiled);
    const unit = mean(gradients.reduce((all, { value }) => add(all, value), tally()));
    const { columns, rows } = borderZones(tiled.tiles, whole);
    for (const { x, y, direction, value } of gradients) {
      const where = (direction === 0 ? columns[x] : rows[y]) === 1 ? 'border' : 'elsewhere';
      add(plain[where], value / unit);
      const i = 2 * (y * whole.width + x) + direction;
      places[i] ??= { border: tally(), elsewhere: tally() };
      add(places[i][where], value / unit);
    }
  }
  const both = places.filter((p) => p && p.border.count > 0 && p.elsewhere.count > 0);
  const same = { border: tally(), elsewhere: tally() };
  for (const { border, elsewhere } of both) {
    add(same.border, mean(border));
    add(same.elsewhere, mean(elsewhere));
  }
  return {
    pixels: both.length,
    ratio: (mean(same.border) / mean(same.elsewhere)).toFixed(3),
    plain: (mean(plain.border) / mean(plain.elsewhere)).toFixed(3),
  };
}

async function restore(input, tile) {
  const path = join(folder, `out-${tile}.png`);
  let tiles = [];
  await client.restore(
    new AbortController().signal,
    {
      input,
      plugin: values.model,
      provider: 'cpu',
      tile,
      skip: false,
      output: { path, onExist: 'overwrite' },
    },
    (event) => {
      if (event.type === 'planned') tiles = event.tiles;
    },
  );
  const { data, info } = await sharp(path)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, tiles };
}

/** 1 for columns (rows) in the zone where two tiles are blended, with a pixel on either side. */
function borderZones(tiles, { width, height }) {
  const axis = (length, from, size) => {
    const marks = new Uint8Array(length);
    for (const a of tiles) {
      for (const b of tiles) {
        if (b[from] <= a[from] || b[from] > a[from] + a[size]) continue;
        marks.fill(1, Math.max(0, b[from] - 1), Math.min(length, a[from] + a[size] + 1));
      }
    }
    return marks;
  };
  return { columns: axis(width, 'x', 'w'), rows: axis(height, 'y', 'h') };
}

/** |gradient| of the difference at every pixel, over its colours; direction 0: to the right, 1: down. */
function gradientsOf(whole, tiled) {
  const { width, height } = whole;
  const difference = Int16Array.from(tiled.data, (value, i) => value - whole.data[i]);
  const gradients = [];
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      for (const [direction, step] of [3, 3 * width].entries()) {
        const i = (y * width + x) * 3;
        let value = 0;
        for (let c = i; c < i + 3; c++) value += Math.abs(difference[c + step] - difference[c]);
        gradients.push({ x, y, direction, value });
      }
    }
  }
  return gradients;
}

function tally() {
  return { sum: 0, count: 0 };
}

function add(where, value) {
  where.sum += value;
  where.count++;
  return where;
}

function mean({ sum, count }) {
  return sum / Math.max(1, count);
}
