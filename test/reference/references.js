/**
 * The stored references: for each built-in model and each mode, the change that restoring made to
 * one of the ten pictures, as a lossless WebP file per model with the modes below each other.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { MODES } from './modes.js';
import { HEIGHT, PICTURES, WIDTH } from './pictures.js';

/** @type {3} */
const CHANNELS = 3;
const STORED = fileURLToPath(new URL('changes', import.meta.url));

/**
 * @typedef {object} Case
 * @property {string} model
 * @property {import('./modes.js').Mode} mode
 * @property {number} picture Index of the picture.
 * @property {'auto' | 256} tile 256 cuts a picture into six tiles, so that their blending is seen.
 */

/**
 * Returns the ids of the models that a tree comes with, sorted.
 * @param {string} tree
 * @returns {string[]}
 */
export function builtInModels(tree) {
  const folder = join(tree, 'models');
  const isModel = (/** @type {string} */ id) => existsSync(join(folder, id, 'plugin.json'));
  return readdirSync(folder).filter(isModel).sort();
}

/**
 * Returns every pair of model and mode once. The pictures rotate, so that each of them is used.
 * @param {readonly string[]} models
 * @returns {Case[]}
 */
export function casesOf(models) {
  return models.flatMap((model, m) =>
    MODES.map((mode, i) => ({
      model,
      mode,
      picture: (m * MODES.length + i) % PICTURES,
      tile: (m + i) % 2 === 0 ? 'auto' : 256,
    })),
  );
}

/**
 * Returns `after` - `before` modulo 256, with 128 for no change.
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 */
export function changeOf(before, after) {
  return Uint8Array.from(before, (value, i) => (after[i] ?? 0) - value + 128);
}

/**
 * Stores the changes of a model, in the order of `MODES`.
 * @param {string} model
 * @param {readonly Uint8Array[]} changes
 */
export async function storeChanges(model, changes) {
  const raw = { width: WIDTH, height: HEIGHT * changes.length, channels: CHANNELS };
  await sharp(Buffer.concat(changes), { raw })
    .webp({ lossless: true, effort: 6 })
    .toFile(join(STORED, `${model}.webp`));
}

/**
 * Reads the stored changes of a model, in the order of `MODES`.
 * @param {string} model
 * @returns {Promise<Buffer[]>}
 */
export async function readChanges(model) {
  const strip = await sharp(join(STORED, `${model}.webp`))
    .removeAlpha()
    .raw()
    .toBuffer();
  const length = WIDTH * HEIGHT * CHANNELS;
  return MODES.map((_, i) => strip.subarray(i * length, (i + 1) * length));
}

/** Path of the file that says from which versions of the models the references were made. */
export const VERSIONS = join(STORED, 'versions.json');

/**
 * Returns the version of each model of a tree.
 * @param {string} tree
 * @returns {Record<string, string>}
 */
export function versionsOf(tree) {
  return Object.fromEntries(
    builtInModels(tree).map((id) => {
      /** @type {{ version: string }} */
      const manifest = JSON.parse(readFileSync(join(tree, 'models', id, 'plugin.json'), 'utf8'));
      return [id, manifest.version];
    }),
  );
}
