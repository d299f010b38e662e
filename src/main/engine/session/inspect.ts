/** `--stages-dir` and `--maps-dir`: pictures at the photo's size, made one at a time. */
import { mkdir } from 'node:fs/promises';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { RestoreRequest } from '../../../shared/contracts/restore.js';
import { emptyLike, inEightBits, writeGrayPng, writeRgbPng } from '../../imaging/index.js';
import { compose, journalResiduals } from '../tiling/compose.js';
import type { Grid } from '../tiling/grid.js';
import type { Journal } from './journal.js';
import { composeMap, mapsPresent } from '../tiling/maps.js';
import { sidePath } from '../../storage/output-check.js';
import type { RgbImage } from '../tiling/pixels.js';

/** The whole photo after each stage; a tile that stopped early keeps its last result. */
export async function writeStages(
  request: RestoreRequest,
  photo: RgbImage,
  mask: Uint8Array | null,
  grid: Grid,
  journal: Journal,
  manifest: Manifest,
): Promise<void> {
  if (request.stagesDir === null) return;
  await mkdir(request.stagesDir, { recursive: true });
  const pixels = emptyLike(photo.data, photo.data.length);
  for (let stage = 1; stage <= manifest.stages.length; stage++) {
    const residuals = journalResiduals(journal, [`stage${stage}`, 'residual']);
    compose(photo, pixels, grid, residuals, { mask, strength: request.strength });
    const path = sidePath(request.stagesDir, request.input, `stage${stage}`);
    await writeRgbPng(path, photo.width, photo.height, inEightBits(pixels));
  }
}

export async function writeMaps(
  request: RestoreRequest,
  photo: RgbImage,
  grid: Grid,
  journal: Journal,
): Promise<void> {
  if (request.mapsDir === null) return;
  await mkdir(request.mapsDir, { recursive: true });
  for (const name of mapsPresent(journal)) {
    const { channels, data } = composeMap(grid, journal, name);
    const path = sidePath(request.mapsDir, request.input, name);
    const write = channels === 1 ? writeGrayPng : writeRgbPng;
    await write(path, photo.width, photo.height, data);
  }
}
