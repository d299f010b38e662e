/**
 * Sharp photos of any size, made of the photos in folders: native ones show them as they are, side
 * by side if one is too small; enlarged ones have no finer detail than a photo whose pixels outdo
 * its lens, as those of most cameras do.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../triage/random.js';
import { decodePlanes } from './linear-light.js';
import { develop, MARGIN, sensorNoise } from './exposure.js';

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {import('./linear-light.js').Picture} Picture
 * @typedef {Size & { path: string }} Source A photo's path and its size as displayed.
 * @typedef {'native' | 'enlarged'} Kind
 */

/** Share of the sources that has to be large enough for a cell of a mosaic. */
const USABLE_SHARE = 1 / 3;
const GRAIN_GAIN = 4;

/**
 * Lists the photos of folders, sorted by name.
 * @param {readonly string[]} folders
 * @returns {Promise<Source[]>}
 */
export async function listSources(folders) {
  const paths = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name))
      .sort()
      .map((name) => join(folder, name)),
  );
  if (paths.length === 0) throw new Error(`No photos in ${folders.join(', ')}.`);
  return Promise.all(
    paths.map(async (path) => {
      const { autoOrient } = await sharp(path).metadata();
      return { path, width: autoOrient.width, height: autoOrient.height };
    }),
  );
}

/**
 * Returns a short hash of the sources' names and sizes.
 * @param {readonly Source[]} sources
 */
export function hashOf(sources) {
  const list = sources.map(({ path, width, height }) => [basename(path), width, height]);
  return createHash('sha256').update(JSON.stringify(list)).digest('hex').slice(0, 8);
}

/**
 * Returns the scene with a number, larger than the photo by `MARGIN` on each side. Equal arguments
 * give equal pixels.
 * @param {readonly Source[]} sources
 * @param {Kind} kind
 * @param {Size} photo Size of the photo.
 * @param {number} index
 * @returns {Promise<Picture>}
 */
export async function makeScene(sources, kind, photo, index) {
  const size = { width: photo.width + 2 * MARGIN, height: photo.height + 2 * MARGIN };
  return kind === 'native' ? mosaic(sources, size, index) : enlarged(sources, size, index);
}

/**
 * Returns the part of a scene that the photo shows.
 * @param {Picture} scene
 * @returns {Picture}
 */
export function photoOf(scene) {
  const size = { width: scene.width - 2 * MARGIN, height: scene.height - 2 * MARGIN };
  const data = new Uint8Array(3 * size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const from = 3 * ((y + MARGIN) * scene.width + MARGIN);
    data.set(scene.data.subarray(from, from + 3 * size.width), 3 * y * size.width);
  }
  return { ...size, data };
}

/**
 * Enlarges photos 2 to 4 times and adds the grain of ISO 400.
 * @param {readonly Source[]} sources
 * @param {Size} size
 * @param {number} index
 */
async function enlarged(sources, size, index) {
  const factor = [4, 3, 2, 3.5, 2.5][index % 5];
  const small = {
    width: Math.ceil(size.width / factor),
    height: Math.ceil(size.height / factor),
  };
  // Starts half-way through the sources, so that native scenes of the same number differ.
  const { data } = await mosaic(sources, small, index + Math.ceil(sources.length / 2));
  const image = sharp(data, { raw: { ...small, channels: 3 }, limitInputPixels: false })
    .resize(size.width, size.height, { fit: 'fill', kernel: 'lanczos3' })
    .raw();
  const picture = { ...size, data: new Uint8Array(await image.toBuffer()) };
  return develop(decodePlanes(picture), picture, sensorNoise(GRAIN_GAIN), new Random(7000 + index));
}

/**
 * Fills a picture with n × n cells, the fewest for which enough sources are large enough. A source
 * that is used again is mirrored.
 * @param {readonly Source[]} sources
 * @param {Size} size
 * @param {number} index
 * @returns {Promise<Picture>}
 */
async function mosaic(sources, size, index) {
  let n = 0;
  /** @type {Source[]} */
  let usable;
  /** @type {Size} */
  let cell;
  do {
    n++;
    cell = { width: Math.ceil(size.width / n), height: Math.ceil(size.height / n) };
    usable = sources.filter(({ width, height }) => width >= cell.width && height >= cell.height);
  } while (usable.length < sources.length * USABLE_SHARE);
  const cells = [];
  for (let k = 0; k < n * n; k++) {
    const turn = index * n * n + k;
    const source = usable[turn % usable.length];
    const again = Math.floor(turn / usable.length) % 4;
    const image = sharp(source.path).autoOrient().removeAlpha().toColourspace('srgb');
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const left = (info.width - cell.width) >> 1;
    const top = (info.height - cell.height) >> 1;
    const cropped = sharp(data, { raw: info }).extract({ left, top, ...cell });
    const input = await cropped
      .flop((again & 1) === 1)
      .flip((again & 2) === 2)
      .raw()
      .toBuffer();
    cells.push({
      input,
      raw: { ...cell, channels: /** @type {const} */ (3) },
      left: (k % n) * cell.width,
      top: Math.floor(k / n) * cell.height,
    });
  }
  return assemble(cells, size);
}

/**
 * @param {readonly { input: Uint8Array, raw: Size, left: number, top: number }[]} cells
 * @param {Size} size
 * @returns {Picture}
 */
function assemble(cells, { width, height }) {
  const data = new Uint8Array(3 * width * height);
  for (const { input, raw, left, top } of cells) {
    const columns = Math.min(raw.width, width - left);
    for (let y = 0; y < Math.min(raw.height, height - top); y++) {
      const from = 3 * y * raw.width;
      data.set(input.subarray(from, from + 3 * columns), 3 * ((top + y) * width + left));
    }
  }
  return { width, height, data };
}
