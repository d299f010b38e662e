/** The first look: the whole photo, scaled down, through stage 1 alone. */
import { encodeForDisplay, scaleRgb, type Picture, type RgbPixels } from '../../imaging/index.js';
import { compose } from '../tiling/compose.js';
import { planGrid } from '../tiling/grid.js';
import { quantiseResidual } from '../tiling/pixels.js';
import { plainTile } from '../tiling/plan.js';
import type { Recovery, WorkerApi } from '../protocol.js';
import { StageBuffers } from '../tiling/stage-buffers.js';
import { GuardError, runTile, type TileContext } from '../tiling/tile-runner.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { keepDetail } from './detail.js';
import type { Loaded } from './photos.js';

const MAX_PIXELS = 300_000;

/** Needs the network, loaded with this plug-in. Hints do not matter at this size. */
export async function makePreview(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  loaded: Loaded,
  { maxTile }: Recovery,
): Promise<Picture> {
  const input = await scaledDown(loaded);
  const restored = await stageOne(worker, manifest, input, maxTile ?? 'auto').catch(
    (error: unknown) => {
      // An answer that cannot be trusted: the photo as it is.
      if (error instanceof GuardError) return input;
      throw error;
    },
  );
  return encodeForDisplay(keepDetail(input, restored), loaded.colour, false);
}

/** From the smallest level that is large enough. */
async function scaledDown({ levels, photo }: Loaded): Promise<RgbPixels> {
  const scale = Math.min(1, Math.sqrt(MAX_PIXELS / (photo.width * photo.height)));
  const width = Math.max(1, Math.floor(photo.width * scale));
  const height = Math.max(1, Math.floor(photo.height * scale));
  const fits = (level: RgbPixels) => level.width >= width && level.height >= height;
  const level = levels.findLast(fits) ?? levels[0]!;
  return { width, height, data: await scaleRgb(level, width, height) };
}

async function stageOne(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  image: RgbPixels,
  side: number | 'auto',
): Promise<RgbPixels> {
  const grid = planGrid(image.width, image.height, manifest.tile, side);
  const buffers = new StageBuffers(3 * grid.tileWidth * grid.tileHeight);
  const options = { rois: [], skip: false, maps: false, slot: 0 };
  const context: TileContext = { worker, manifest, image, grid, buffers, ...options };
  const residuals = new Map<number, Int16Array>();
  for (const tile of grid.tiles) {
    const never = new AbortController().signal;
    const keep = (_: number, { restored }: { readonly restored: Float32Array }) => {
      const residual = quantiseResidual(restored, image, grid, tile, manifest.image);
      residuals.set(tile.index, residual);
      return Promise.resolve();
    };
    await runTile(never, context, plainTile(tile), false, keep, { from: 0, to: 1 });
  }
  const data = new Uint8Array(image.data.length);
  const source = { residual: (tile: number) => residuals.get(tile) ?? null };
  compose(image, data, grid, source, { mask: null, strength: 1 });
  return { width: image.width, height: image.height, data };
}
