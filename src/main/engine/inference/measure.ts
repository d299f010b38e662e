/** How fast a network's first stage is on one provider, and with which tiles: what the editor's test of a device shows. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { unwrap } from '../channel.js';
import { loadSpec } from '../session/job-settings.js';
import { testPattern } from './probe.js';
import type { WorkerApi } from '../protocol.js';
import { NO_RECOVERY } from '../supervisor/recovery.js';

export interface Measured {
  readonly secondsPerMegapixel: number;
  /** Side of the tiles that "auto" ends up with there. */
  readonly tile: number;
}

/** The first run compiles and takes memory; of the others the best counts, since other programs may interfere. */
const RUNS = 3;

/** Rejects with `plugin-failed` when the network does not run there, or gives another answer than on the CPU. */
export async function measureNetwork(
  worker: Pick<WorkerApi, 'load' | 'runStage'>,
  plugin: string,
  manifest: Manifest,
  provider: ProviderId,
): Promise<Measured> {
  const loaded = unwrap(await worker.load(await loadSpec({ plugin, provider }, NO_RECOVERY)));
  if (loaded.provider !== provider) {
    const why = loaded.warnings[0] ?? 'The network does not run there.';
    throw new UnsmearError('plugin-failed', why);
  }
  const { preferred, min, multipleOf, fixed } = manifest.tile;
  for (let side = preferred; ;) {
    const times: number[] = [];
    try {
      for (let run = 0; run < RUNS; run++) times.push(await timeStage(worker, side));
      const seconds = Math.min(...times.slice(1)) / 1000;
      return { secondsPerMegapixel: seconds / ((side * side) / 1e6), tile: side };
    } catch (error) {
      // As a restoration does: smaller tiles as long as there are any.
      const half = Math.floor(side / 2 / multipleOf) * multipleOf;
      const isMemory = error instanceof UnsmearError && error.code === 'out-of-memory';
      if (!isMemory || fixed || half < min || half < 1) throw error;
      side = half;
    }
  }
}

async function timeStage(worker: Pick<WorkerApi, 'runStage'>, side: number): Promise<number> {
  const count = 3 * side * side;
  const outcome = await worker.runStage({
    ...{ stage: 0, forceCpu: false, width: side, height: side, roi: null, budget: 1, maps: false },
    image: testPattern(count),
    into: new Float32Array(new SharedArrayBuffer(count * 4)),
    slot: 0,
  });
  return unwrap(outcome).ms;
}
