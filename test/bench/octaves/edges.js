/**
 * Measures how sharp edges become, and whether grain stays as it was:
 *
 *   node test/bench/octaves/edges.js --photos DIR [--lengths 5,10,20,40] [--count 2]
 *     [--variants plain,night,high-iso,jpeg] [--model ID] [--seed 1] [--sheet FILE] [--tree DIR]
 *     [--out FILE] [-- OPTIONS OF unsmear deblur]
 *
 * Four slanted edges of different contrast and two flat squares are set into photos of 1.5
 * megapixels, across the main direction of the path, before these are blurred. A mask restores the
 * left two thirds. `before` and `after` are 10-90 % widths in pixels; noise is the deviation of
 * lightness in a flat square inside the mask, over that outside. Variants: `plain` (ISO 100),
 * `high-iso` (ISO 6400), `night` (the same with an eighth of the light), `jpeg` (ISO 6400, quality
 * 60). Writes a contact sheet at 100 % to `--sheet` (default: out/bench/edges.png). Build first.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { at, mean, median } from '../tools.js';
import { Random } from '../triage/random.js';
import { cameraPath, kernelOf, turnTo } from './camera-path.js';
import { cropAround, writeSheet } from './contact-sheet.js';
import { drawEdge, drawFlat, edgeWidth, halfSide, noiseDeviation } from './edge-chart.js';
import { develop, expose, MARGIN, sensorNoise, STILL } from './exposure.js';
import { decodePlanes } from './linear-light.js';
import { readPicture, writePicture } from './measure.js';
import { restoreEach } from './restore.js';
import { makeScene } from './scenes.js';
import { COMMON, inWorkFolder, numbersOf, report, sourcesOf } from './settings.js';

/** @typedef {import('./linear-light.js').Picture} Picture */
/** @typedef {{ light: number, gain: number, quality: number | null }} Variant */

const SIZE = { width: 1500, height: 1000 };
const MASKED = 1000;
const CONTRASTS = /** @type {const} */ ([
  [40, 90],
  [70, 180],
  [25, 230],
  [110, 150],
]);
const FLAT_CODE = 120;
const FLAT_INSIDE = { x: 500, y: 500 };
const FLAT_OUTSIDE = { x: 1250, y: 500 };
/** Middle of the crop of the photo itself in the contact sheet. */
const NATURAL = { x: 250, y: 500 };
const CROP = 240;
/** Deviation in codes below which a ratio of noise says nothing: rounding alone causes 0.3. */
const NO_NOISE = 0.3;

/** @type {Record<string, Variant>} */
const VARIANTS = {
  plain: { light: 1, gain: 1, quality: null },
  night: { light: 1 / 8, gain: 64, quality: null },
  'high-iso': { light: 1, gain: 64, quality: null },
  // At quality 60 the grain of lower sensitivities disappears.
  jpeg: { light: 1, gain: 64, quality: 60 },
};

const { values, positionals: options } = parseArgs({
  allowPositionals: true,
  options: {
    ...COMMON,
    lengths: { type: 'string', default: '5,10,20,40' },
    count: { type: 'string', default: '2' },
    variants: { type: 'string', default: Object.keys(VARIANTS).join(',') },
    model: { type: 'string' },
    sheet: { type: 'string', default: at('out/bench/edges.png') },
  },
});
const lengths = numbersOf(values.lengths);
const count = Number(values.count);
const seed = Number(values.seed);
const sources = await sourcesOf(values.photos);

await inWorkFolder(values.work, async (folder) => {
  const mask = await writeMask(folder);
  const ofModel = values.model === undefined ? [] : ['--model', values.model];
  const program = {
    tree: resolve(values.tree),
    options: ['--mask', mask, '--format', 'png', ...ofModel, ...options],
  };
  const table = [];
  const results = [];
  /** @type {ReturnType<typeof sheetRow>[]} */
  const sheet = [];
  for (const variant of values.variants.split(',')) {
    for (const length of lengths) {
      /** @type {Awaited<ReturnType<typeof writeChart>>[]} */
      const charts = [];
      for (let i = 0; i < count; i++) charts.push(await writeChart(variant, length, i, folder));
      const files = charts.map(({ file }) => file);
      const measured = await restoreEach(
        program,
        files,
        folder,
        async (result, { tiles, warnings }, i) => {
          const chart = charts[i];
          if (i === 0) sheet.push(sheetRow(chart, result, `${variant}, ${length} px`));
          return { ...measure(chart, result, length), tiles, warnings };
        },
      );
      table.push({ variant, length, ...rowOf(measured) });
      console.log(Object.values(table.at(-1) ?? {}).join('  '));
      results.push({ variant, length, photos: measured });
    }
  }
  await writeSheet(values.sheet, sheet);
  const settings = { lengths, count, seed, model: values.model ?? null, options };
  report(values.out, table, { settings, table, results }, sources);
});

/**
 * Writes a blurred photo with edges and flat squares.
 * @param {string} name Name of the variant.
 * @param {number} length Length of the path in pixels.
 * @param {number} index
 * @param {string} folder
 */
async function writeChart(name, length, index, folder) {
  const variant = VARIANTS[name];
  if (variant === undefined) throw new Error(`No variant is named ${name}.`);
  const random = new Random(100 * seed + index);
  const direction = random.between(0, 2 * Math.PI);
  const kernel = kernelOf(turnTo(cameraPath(random), direction), length);
  const edges = CONTRASTS.map((codes, k) => {
    const place = { x: 250 + 500 * (k & 1), y: 250 + 500 * (k >> 1) };
    const slant = (random.between(5, 15) * Math.PI) / 180;
    return { at: place, direction: direction + (k % 2 === 0 ? slant : -slant), codes };
  });
  const scene = await makeScene(sources, 'native', SIZE, index);
  const half = halfSide(length);
  for (const edge of edges) drawEdge(scene, edge, half, MARGIN);
  for (const place of [FLAT_INSIDE, FLAT_OUTSIDE]) {
    drawFlat(scene, place, half, MARGIN, FLAT_CODE);
  }
  const light = decodePlanes(scene);
  for (const plane of light) plane.forEach((value, i) => (plane[i] = value * variant.light));
  const moved = expose(light, SIZE, kernel);
  const blurred = develop(moved, SIZE, sensorNoise(variant.gain), random);
  const truth = develop(expose(light, SIZE, STILL), SIZE, sensorNoise(0), random);
  const file = join(folder, `edges-${name}-${length}-${index}.png`);
  await writePicture(file, await compress(blurred, variant.quality));
  return { edges, file, input: await readPicture(file), truth };
}

/**
 * Returns a picture as it is after JPEG compression with coarse colours.
 * @param {Picture} picture
 * @param {number | null} quality `null` = no compression.
 * @returns {Promise<Picture>}
 */
async function compress(picture, quality) {
  if (quality === null) return picture;
  const raw = { width: picture.width, height: picture.height, channels: /** @type {const} */ (3) };
  const file = await sharp(picture.data, { raw }).jpeg({ quality }).toBuffer();
  return { ...picture, data: await sharp(file).raw().toBuffer() };
}

/**
 * Writes the mask: white on the left, black on the right.
 * @param {string} folder
 */
async function writeMask(folder) {
  const data = new Uint8Array(SIZE.width * SIZE.height);
  for (let y = 0; y < SIZE.height; y++) data.fill(255, y * SIZE.width, y * SIZE.width + MASKED);
  const path = join(folder, 'edges-mask.png');
  await sharp(data, { raw: { ...SIZE, channels: 1 } })
    .png()
    .toFile(path);
  return path;
}

/**
 * @param {Awaited<ReturnType<typeof writeChart>>} chart
 * @param {Picture} result
 * @param {number} length
 */
function measure({ edges, input }, result, length) {
  const widths = edges.map((edge) => {
    const [before, after] = [input, result].map((photo) => edgeWidth(photo, edge, length));
    return { codes: edge.codes, before, after, ratio: after / before };
  });
  const inside = noiseDeviation(result, FLAT_INSIDE);
  const outside = noiseDeviation(result, FLAT_OUTSIDE);
  const ratio = outside < NO_NOISE ? null : inside / outside;
  return { widths, noise: { inside, outside, ratio } };
}

/**
 * Returns a row of the table.
 * @param {readonly ReturnType<typeof measure>[]} photos
 */
function rowOf(photos) {
  const widths = photos.flatMap((photo) => photo.widths);
  const ratios = widths.map(({ ratio }) => ratio);
  const noise = photos.flatMap(({ noise: { ratio } }) => (ratio === null ? [] : [ratio]));
  const range = [Math.min(...noise), Math.max(...noise)].map((ratio) => ratio.toFixed(2));
  return {
    before: mean(widths.map(({ before }) => before)).toFixed(1),
    after: mean(widths.map(({ after }) => after)).toFixed(1),
    'median ratio': median(ratios).toFixed(2),
    'largest ratio': Math.max(...ratios).toFixed(2),
    'noise outside': mean(photos.map((photo) => photo.noise.outside)).toFixed(2),
    'noise ratio': noise.length === 0 ? 'no noise' : range.join(' - '),
  };
}

/**
 * Returns crops of an edge and of the photo: blurred, restored, sharp.
 * @param {Awaited<ReturnType<typeof writeChart>>} chart
 * @param {Picture} result
 * @param {string} label
 */
function sheetRow({ edges, input, truth }, result, label) {
  return [edges[1].at, NATURAL].flatMap((place) =>
    [
      { name: 'blurred', photo: input },
      { name: 'restored', photo: result },
      { name: 'sharp', photo: truth },
    ].map(({ name, photo }) => ({
      label: `${label}, ${name}`,
      picture: cropAround(photo, place, CROP),
    })),
  );
}
