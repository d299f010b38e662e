/**
 * Makes pictures of a restoration's stages and maps: files at the photo's size, or for the editor.
 */
import { mkdir } from 'node:fs/promises';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Size } from '../../../shared/core/geometry.js';
import {
  emptyLike,
  encodePlain,
  inEightBits,
  type Picture,
  writeGrayPng,
  writeRgbPng,
  writeRgbaPng,
  type RgbImage,
} from '../../imaging/index.js';
import { sidePath } from '../../storage/output-check.js';
import { compose, type ComposeOptions } from '../../tiling/compose.js';
import { drawStrokes, type StrokePicture } from '../../blur/blur-strokes.js';
import { composeMap, type MapName } from '../../tiling/maps.js';
import type { Restoration } from './restoration.js';

/** Writes `<photo>.stage1.png` …; a tile that stopped early keeps its last stage. */
export async function writeStages(
  folder: string,
  input: string,
  photo: RgbImage,
  restoration: Restoration,
  options: ComposeOptions,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const pixels = emptyLike(photo.data, photo.data.length);
  for (let stage = 1; stage <= restoration.stages.length; stage++) {
    compose(photo, pixels, restoration.grid, restoration.residuals(stage), options);
    const path = sidePath(folder, input, `stage${stage}`);
    await writeRgbPng(path, photo.width, photo.height, inEightBits(pixels));
  }
}

/** Writes `<photo>.difficulty.png` and the other maps of which at least one tile has values. */
export async function writeMaps(
  folder: string,
  input: string,
  photo: RgbImage,
  restoration: Restoration,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of restoration.maps) {
    if (name === 'blur') {
      const { width, height, data } = strokesOf(restoration, 1);
      await writeRgbaPng(sidePath(folder, input, name), width, height, data);
      continue;
    }
    if (!restoration.grid.tiles.some(({ index }) => restoration.read(index, name))) continue;
    const { channels, data } = composeMap(restoration.grid, restoration, name);
    const write = channels === 1 ? writeGrayPng : writeRgbPng;
    await write(sidePath(folder, input, name), photo.width, photo.height, data);
  }
}

/** Longest side in pixels of a map for the editor. */
const MAP_SIDE = 2048;

/** Returns a map for the editor. Throws `result-missing` if the plug-in has no such map. */
export function mapPicture(restoration: Restoration, name: MapName): Promise<Picture> {
  if (!restoration.maps.includes(name)) {
    throw new UnsmearError('result-missing', { reason: 'map' });
  }
  const { grid } = restoration;
  const step = stepOf(grid);
  return encodePlain(
    name === 'blur' ? strokesOf(restoration, step) : composeMap(grid, restoration, name, step),
  );
}

/** Returns the photo pixels per pixel of a map for the editor. */
function stepOf({ width, height }: Size): number {
  return Math.ceil(Math.max(width, height) / MAP_SIDE);
}

/** Draws the same strokes at every scale. */
function strokesOf(restoration: Restoration, step: number): StrokePicture {
  const { size } = restoration.full;
  const blur = restoration.wholeBlur() ?? restoration.blur;
  return drawStrokes(blur, size, step, stepOf(size) / step);
}
