/**
 * Measures blur that is too long for the patches of the blur score, on the whole photo: a pyramid
 * step reads it from the photo reduced to at most `SIDE` pixels.
 */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { hasExtent } from '../../../shared/contracts/manifest.js';
import { emptyLike, type RgbImage } from '../../imaging/index.js';
import { firstStageCall } from '../inference/stage-call.js';
import { extractTile } from '../../tiling/pixels.js';
import { CELL, extentOf } from '../../blur/blur-field.js';
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
  const small = reduced(photo, scale);
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

/** Returns a photo whose pixels are the means of `scale` × `scale` pixels. */
function reduced({ data, width, height }: RgbImage, scale: number): RgbImage {
  if (scale === 1) return { data, width, height };
  const [w, h] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  const out = emptyLike(data, w * h * 3);
  const sums = new Float64Array(w * 3);
  for (let row = 0; row < h; row++) {
    const [top, bottom] = [row * scale, Math.min(height, (row + 1) * scale)];
    sums.fill(0);
    for (let y = top; y < bottom; y++) {
      for (let x = 0, at = 3 * y * width; x < width; x++, at += 3) {
        const to = 3 * Math.floor(x / scale);
        sums[to] = sums[to]! + data[at]!;
        sums[to + 1] = sums[to + 1]! + data[at + 1]!;
        sums[to + 2] = sums[to + 2]! + data[at + 2]!;
      }
    }
    for (let i = 0; i < sums.length; i++) {
      const columns = Math.min(scale, width - Math.floor(i / 3) * scale);
      out[row * w * 3 + i] = Math.round(sums[i]! / ((bottom - top) * columns));
    }
  }
  return { data: out, width: w, height: h };
}
