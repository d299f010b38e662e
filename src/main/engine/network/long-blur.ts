/**
 * Measures blur that is too long for the patches of the blur score, on the whole photo: a pyramid
 * step reads it from the photo reduced to at most `SIDE` pixels.
 */
import { hasExtent, type Manifest } from '../../../shared/contracts/manifest.js';
import type { RgbImage } from '../../imaging/index.js';
import { extractTile } from '../../tiling/pixels.js';
import { CELL, extentOf } from '../../blur/blur-field.js';
import { reducedPhoto } from '../../blur/scales.js';
import { firstStageCall } from '../inference/stage-call.js';
import type { StageRunner } from './patch-restorer.js';

const SIDE = 256;
/** Extent in pixels from which the patches show only a part of the motion. */
export const LONG = 30;

/**
 * Returns the median extent of the moved cells in pixels of the photo; `null` if nothing has moved
 * or the network does not estimate it.
 */
export async function longExtent(
  worker: StageRunner,
  manifest: Manifest,
  photo: RgbImage,
): Promise<number | null> {
  const [stage] = manifest.stages;
  if (manifest.pyramid === undefined || stage === undefined || !hasExtent(stage)) return null;
  if (manifest.tile.max < SIDE) return null;
  const scale = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(photo.width, photo.height) / SIDE)));
  const small = reducedPhoto(photo, scale);
  const shape = { tileWidth: SIDE, tileHeight: SIDE };
  const image = extractTile(small, shape, { x: 0, y: 0 }, manifest.image);
  const into = new Float32Array(new SharedArrayBuffer(3 * SIDE * SIDE * 4));
  const { maps } = await worker.runStage(firstStageCall(image, SIDE, into));
  const [extent, kind] = [maps.extent!, maps.kind!];
  const plane = kind.width * kind.height;
  const extents: number[] = [];
  for (let row = 0; row < small.height / CELL; row++) {
    for (let column = 0; column < small.width / CELL; column++) {
      const at = row * kind.width + column;
      if (kind.data[plane + at]! < 0.5) continue;
      const [cxx, cxy, cyy] = [0, 1, 2].map((c) => extent.data[c * plane + at]!);
      extents.push(scale * extentOf({ cxx: cxx!, cxy: cxy!, cyy: cyy! }));
    }
  }
  return extents.sort((a, b) => a - b)[extents.length >> 1] ?? null;
}
