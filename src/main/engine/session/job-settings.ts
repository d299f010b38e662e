/** What a job's request and its earlier crashes mean for sessions, tiles and the journal. */
import { availableParallelism } from 'node:os';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { RestoreRequest } from '../../../shared/contracts/restore.js';
import { verifyPlugin } from '../../plugins/verify.js';
import type { Grid } from '../tiling/grid.js';
import type { LoadSpec, Recovery } from '../protocol.js';

export async function loadSpec(
  request: Pick<RestoreRequest, 'plugin' | 'provider'> & { readonly threads?: number | null },
  recovery: Recovery,
): Promise<LoadSpec> {
  return {
    plugin: await verifyPlugin(request.plugin),
    provider: request.provider,
    threads: request.threads ?? availableParallelism(),
    broken: recovery.broken,
  };
}

export function tileSide(
  { tile, selfEnsemble }: Pick<RestoreRequest, 'tile' | 'selfEnsemble'>,
  recovery: Recovery,
  manifest: Manifest,
): number | 'auto' {
  // Turned copies keep the padded shape only when it is square.
  const side = tile === 'auto' && selfEnsemble ? manifest.tile.preferred : tile;
  if (recovery.maxTile === null) return side;
  return side === 'auto' ? recovery.maxTile : Math.min(side, recovery.maxTile);
}

/** Everything the stored tiles depend on; a crash may change it, and then they are of no use. */
export function signature(request: RestoreRequest, manifest: Manifest, grid: Grid): string {
  const { input, plugin, mask, rois, budget, selfEnsemble, skip, stagesDir, mapsDir } = request;
  const shape = [grid.width, grid.height, grid.tileWidth, grid.tileHeight];
  return JSON.stringify([
    [input, plugin, manifest.id, manifest.version, mask, rois, budget, selfEnsemble, skip],
    [stagesDir !== null, mapsDir !== null],
    shape,
  ]);
}
