/**
 * Are tile borders visible? Compares each photo restored in small tiles with the same photo restored in
 * one tile, and the gradient of their difference across tile borders with that everywhere else:
 *
 *   node test/bench/seams.js [--tile 256] [--model FOLDER] PHOTO...
 *
 * A ratio near 1 means that borders are like any other place. Where the picture has more detail at the
 * borders than elsewhere the ratio is above 1 without a seam: `along` is the gradient at the same pixels
 * in the direction that crosses no border, and across / along sees seams alone. Photos larger than the plug-in's largest
 * tile are cropped to it. Build first.
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
    tile: { type: 'string', default: '256' },
    largest: { type: 'string', default: '1024' },
    model: { type: 'string', default: new URL('../../models/saphn-nu', import.meta.url).pathname },
  },
});

const source = new URL('../../src/main/engine/client.ts', import.meta.url).pathname;
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
  const tiled = await restore(crop, Number(values.tile));
  const zones = borderZones(tiled.tiles, whole);
  return { tiles: tiled.tiles.length, ...compare(whole, tiled, zones) };
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

/** Mean |gradient| of the difference: across borders (in the direction that crosses them), elsewhere. */
function compare(whole, tiled, zones) {
  const { width, height } = whole;
  const border = { sum: 0, count: 0 };
  const elsewhere = { sum: 0, count: 0 };
  const along = { sum: 0, count: 0 };
  const difference = (x, y, c) => {
    const i = (y * width + x) * 3 + c;
    return tiled.data[i] - whole.data[i];
  };
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      for (let c = 0; c < 3; c++) {
        const here = difference(x, y, c);
        const across = Math.abs(difference(x + 1, y, c) - here);
        const down = Math.abs(difference(x, y + 1, c) - here);
        tally(zones.columns[x] === 1 ? border : elsewhere, across);
        tally(zones.rows[y] === 1 ? border : elsewhere, down);
        if (zones.columns[x] === 1 && zones.rows[y] === 0) tally(along, down);
        if (zones.rows[y] === 1 && zones.columns[x] === 0) tally(along, across);
      }
    }
  }
  const across = border.sum / Math.max(1, border.count);
  const other = elsewhere.sum / Math.max(1, elsewhere.count);
  return {
    across: across.toFixed(4),
    elsewhere: other.toFixed(4),
    ratio: (across / other).toFixed(3),
    'across / along': ((across * along.count) / along.sum).toFixed(3),
  };
}

function tally(where, value) {
  where.sum += value;
  where.count++;
}
