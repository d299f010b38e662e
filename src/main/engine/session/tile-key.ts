/** Names restorations and tiles by everything that their pixels depend on. */
import { createHash } from 'node:crypto';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, RoiHint } from '../../../shared/contracts/restore.js';
import type { Grid } from '../../tiling/grid.js';
import { rasteriseHints, type TilePlan } from '../../tiling/plan.js';
import type { RestorationSettings } from '../protocol.js';

/** Returns an id that is the same for the same settings, also in another process. */
export function restorationId(settings: RestorationSettings, manifest: Manifest): string {
  return `r-${hash(JSON.stringify([pluginIdentity(manifest), settings])).slice(0, 20)}`;
}

/**
 * Hashes everything that a tile's pixels depend on: the network and how it runs, the tile's place
 * in its octave, its own hints, copies and budget. `full` computes octaves that `auto` leaves out,
 * and guesses depend on them. Distant hints reach it through the budget alone, which moves in
 * coarse steps (see plan.ts).
 * @param rois hints in pixels of the tile's octave
 */
export function tileKey(
  settings: RestorationSettings,
  manifest: Manifest,
  grid: Grid,
  { tile, budget, hinted, copies }: TilePlan,
  rois: readonly RoiHint[],
): string {
  const hints = rasteriseHints(tile, grid, rois, manifest);
  const parts = [
    [pluginIdentity(manifest), settings.provider, settings.skip, settings.selfEnsemble],
    manifest.pyramid !== undefined && settings.workAt === 'full',
    [grid.width, grid.height, grid.tileWidth, grid.tileHeight, tile.x, tile.y, rectOf(tile.rect)],
    [budget.toFixed(4), hinted, copies, hints === null ? null : hash(new Uint8Array(hints.buffer))],
  ];
  return hash(JSON.stringify(parts)).slice(0, 32);
}

function pluginIdentity({ id, version, stages }: Manifest): unknown {
  return [id, version, stages.map(({ file, sha256 }) => sha256 ?? file)];
}

function rectOf({ x, y, w, h }: Rect): number[] {
  return [x, y, w, h];
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
