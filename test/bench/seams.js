/**
 * Measures whether tile borders are visible, by comparing a photo restored in tiles with the same
 * photo restored in one tile:
 *
 *   node test/bench/seams.js [--tiles 512,448,384,320] [--model FOLDER] PHOTO...
 *
 * `plain` is the mean gradient of their difference across tile borders over that elsewhere. It
 * depends on where the picture has detail. `ratio` does not: each photo is tiled in several ways,
 * and the same pixels are compared in the same direction, with a border and without one. Gradients
 * are in units of the mean of their tiling, because small tiles differ more everywhere. Photos
 * larger than `--largest` (default: 1024) are cropped. Build first.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { at, inTemporaryFolder, load, mean } from './tools.js';

/**
 * @typedef {import('../../src/shared/contracts/restore.js').Rect} Rect
 * @typedef {import('./photos.js').Size & { data: Buffer, tiles: readonly Rect[] }} Restored
 * @typedef {typeof import('../../src/main/engine/supervisor/engine-supervisor.js')} ClientModule
 * @typedef {typeof import('../../src/main/app/restore-photo.js')} RestoreModule
 */

const { values, positionals: photos } = parseArgs({
  allowPositionals: true,
  options: {
    tiles: { type: 'string', default: '512,448,384,320' },
    largest: { type: 'string', default: '1024' },
    model: { type: 'string', default: at('models/adn') },
  },
});
const LARGEST = Number(values.largest);

/** Sum and number of gradients. */
class Tally {
  sum = 0;
  count = 0;

  /** @param {number} value */
  add(value) {
    this.sum += value;
    this.count++;
  }

  get mean() {
    return this.sum / Math.max(1, this.count);
  }
}

/** Gradients on tile borders and elsewhere. */
class Sides {
  border = new Tally();
  elsewhere = new Tally();
}

const { EngineSupervisor } = /** @type {ClientModule} */ (
  await load('src/main/engine/supervisor/engine-supervisor.ts')
);
const { restorePhoto } = /** @type {RestoreModule} */ (await load('src/main/app/restore-photo.ts'));
const client = new EngineSupervisor();
try {
  await inTemporaryFolder('seams', async (folder) => {
    const rows = [];
    for (const photo of photos) {
      rows.push({ photo: basename(photo), ...(await measure(photo, folder)) });
    }
    console.table(rows);
  });
} finally {
  await client.close();
}

/**
 * @param {string} photo
 * @param {string} folder
 */
async function measure(photo, folder) {
  const crop = join(folder, 'crop.png');
  const { width, height } = await sharp(photo).metadata();
  const size = { width: Math.min(width, LARGEST), height: Math.min(height, LARGEST) };
  await sharp(photo)
    .extract({ left: 0, top: 0, ...size })
    .toFile(crop);
  const whole = await restore(crop, LARGEST, folder);
  /** @type {Map<number, Sides>} Gradients of each pixel and direction, over all tilings. */
  const places = new Map();
  const all = new Sides();
  for (const side of values.tiles.split(',')) {
    const tiled = await restore(crop, Number(side), folder);
    const gradients = gradientsOf(whole, tiled);
    const unit = mean(gradients.map(({ value }) => value));
    const { columns, rows } = borderZones(tiled.tiles, whole);
    for (const { x, y, direction, value } of gradients) {
      const where = (direction === 0 ? columns[x] : rows[y]) === 1 ? 'border' : 'elsewhere';
      all[where].add(value / unit);
      const place = 2 * (y * whole.width + x) + direction;
      const sides = places.get(place) ?? new Sides();
      sides[where].add(value / unit);
      places.set(place, sides);
    }
  }
  const same = new Sides();
  for (const { border, elsewhere } of places.values()) {
    if (border.count === 0 || elsewhere.count === 0) continue;
    same.border.add(border.mean);
    same.elsewhere.add(elsewhere.mean);
  }
  return {
    pixels: same.border.count,
    ratio: (same.border.mean / same.elsewhere.mean).toFixed(3),
    plain: (all.border.mean / all.elsewhere.mean).toFixed(3),
  };
}

/**
 * @param {string} input
 * @param {number} tile Side of the tiles in pixels.
 * @param {string} folder
 * @returns {Promise<Restored>}
 */
async function restore(input, tile, folder) {
  const path = join(folder, `out-${tile}.png`);
  /** @type {Rect[]} */
  const tiles = [];
  await restorePhoto(
    new AbortController().signal,
    client,
    {
      input,
      plugin: values.model,
      provider: 'cpu',
      tile,
      skip: false,
      output: { path, onExist: 'overwrite' },
    },
    (event) => {
      if (event.type === 'stage') tiles.push(event.rect);
    },
  );
  const image = sharp(path).removeAlpha().raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, tiles };
}

/**
 * Returns 1 for columns and rows in which two tiles are blended, or next to such.
 * @param {readonly Rect[]} tiles
 * @param {import('./photos.js').Size} size
 */
function borderZones(tiles, { width, height }) {
  /**
   * @param {number} length
   * @param {'x' | 'y'} from
   * @param {'w' | 'h'} extent
   */
  const axis = (length, from, extent) => {
    const marks = new Uint8Array(length);
    for (const a of tiles) {
      for (const b of tiles) {
        if (b[from] <= a[from] || b[from] > a[from] + a[extent]) continue;
        marks.fill(1, Math.max(0, b[from] - 1), Math.min(length, a[from] + a[extent] + 1));
      }
    }
    return marks;
  };
  return { columns: axis(width, 'x', 'w'), rows: axis(height, 'y', 'h') };
}

/**
 * Returns the absolute gradient of the difference at every pixel, summed over its colours;
 * direction 0 is to the right, 1 down.
 * @param {Restored} whole
 * @param {Restored} tiled
 */
function gradientsOf(whole, tiled) {
  const { width, height } = whole;
  const difference = Int16Array.from(tiled.data, (value, i) => value - (whole.data[i] ?? 0));
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
