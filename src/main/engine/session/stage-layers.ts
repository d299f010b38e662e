/** What is stored of one stage of one tile: its residual, and its maps. */
import type { Layer } from './journal.js';
import type { Tile } from '../tiling/grid.js';
import { quantiseResidual, type RgbImage } from '../tiling/pixels.js';
import type { StageOutcome } from '../tiling/tile-runner.js';
import type { Result } from './result.js';

/** A tile that stays as it is has no residual. */
export function layersOf(
  { grid, manifest }: Result,
  image: RgbImage,
  tile: Tile,
  { maps, skipped, restored }: StageOutcome,
): Layer[] {
  const layers: Layer[] = Object.entries(maps).map(([name, map]) => {
    const shape = [map.channels, map.height, map.width];
    return { name, type: 'float32', shape, data: map.data };
  });
  if (skipped !== null) return layers;
  const data = quantiseResidual(restored, image, grid, tile, manifest.image);
  const shape = [tile.rect.h, tile.rect.w, 3];
  return [{ name: 'residual', type: 'int16', shape, data }, ...layers];
}
