/**
 * How much of a photo is blurred, before anything is restored: the first stage's difficulty on a few tiles at native resolution
 * (scaling down would shrink the blur), counted as in a finished result, so that the two agree.
 *
 * How well that tells blurred photos from sharp ones is measured by test/bench/blur-badge.js (docs/measurements.md). The light
 * detector's smeared patches alone do not tell them apart (0.30-0.76 and 0.35-0.60 on the pairs of one GoPro scene).
 */
import { unwrap } from '../channel.js';
import { planGrid, type Grid, type Tile } from '../grid.js';
import { loadSpec } from '../job-settings.js';
import { loadManifest } from '../load-manifest.js';
import type { WorkerApi } from '../protocol.js';
import { NO_RECOVERY } from '../recovery.js';
import { plainTile } from '../plan.js';
import { judgeSharpness } from '../sharpness.js';
import { StageBuffers } from '../stage-buffers.js';
import { runTile, type StageOutcome, type TileContext } from '../tile-runner.js';
import { shareAbove } from './difficulty.js';
import type { NetworkLock } from './network-lock.js';
import type { Loaded } from './photos.js';
import type { BlurCall } from './protocol.js';

/** Tiles that are looked at, as long as there is time. */
const SAMPLES = 8;
const LEAST_SAMPLES = 3;
const ENOUGH_MS = 1000;

export interface BlurHost {
  readonly worker: WorkerApi;
  readonly network: NetworkLock;
}

/** `mayGoOn` is asked before every step, and waits while others are at work; false: the answer is not wanted any more. */
export async function judgeBlur(
  { plugin, provider, load }: BlurCall & { readonly load: () => Promise<Loaded> },
  { worker, network }: BlurHost,
  mayGoOn: () => Promise<boolean>,
): Promise<number | null> {
  const manifest = await loadManifest(plugin);
  const spec = loadSpec({ plugin, provider }, NO_RECOVERY, manifest);
  const { photo: image } = await load();
  const grid = planGrid(image.width, image.height, manifest.tile);
  const context: TileContext = {
    ...{ worker, manifest, grid, image, rois: [], skip: true },
    ...{ maps: false, slot: 0, buffers: new StageBuffers(3 * grid.tileWidth * grid.tileHeight) },
  };
  let area = 0;
  let blurred = 0;
  let spent = 0;
  for (const [i, tile] of spread(grid).entries()) {
    if (i >= LEAST_SAMPLES && spent > ENOUGH_MS) break;
    const { sharp, smeared } = judgeSharpness(image, tile.rect);
    let share = 0;
    if (!sharp) {
      if (!(await mayGoOn())) return null;
      const outcome = await network.hold(async () => {
        unwrap(await worker.load(spec));
        const start = performance.now();
        return firstStage(context, tile, smeared).finally(() => {
          spent += performance.now() - start;
        });
      });
      share = shareIn(outcome, tile, grid, manifest.skip.difficulty) ?? smeared;
    }
    area += tile.rect.w * tile.rect.h;
    blurred += tile.rect.w * tile.rect.h * share;
  }
  return (await mayGoOn()) && area > 0 ? blurred / area : null;
}

/** Some tiles from all over the photo, whichever of them are left out at the end. */
function spread({ tiles }: Grid): Tile[] {
  const count = Math.min(SAMPLES, tiles.length);
  // Steps by the golden ratio: each further one falls into the largest gap.
  const golden = (Math.sqrt(5) - 1) / 2;
  const chosen = new Set<Tile>();
  for (let i = 0; chosen.size < count; i++) {
    chosen.add(tiles[Math.floor(((0.5 + i * golden) % 1) * tiles.length)]!);
  }
  return [...chosen];
}

async function firstStage(
  context: TileContext,
  tile: Tile,
  smeared: number,
): Promise<StageOutcome | null> {
  const planned = plainTile(tile, smeared);
  const never = new AbortController().signal;
  const none = () => Promise.resolve();
  const { stages } = await runTile(never, context, planned, false, none, { from: 0, to: 1 });
  return stages[0] ?? null;
}

/** null: the network does not say. */
function shareIn(
  outcome: StageOutcome | null,
  tile: Tile,
  grid: Grid,
  limit: number,
): number | null {
  if (outcome?.skipped === 'low-difficulty') return 0;
  const map = outcome?.maps.difficulty;
  if (map === undefined) return null;
  const { data, channels, height, width } = map;
  return shareAbove({ data, shape: [channels, height, width] }, tile, grid, limit);
}
