/** Times a plug-in's first stage on one provider, when the user tests a device in the editor. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import { NO_RECOVERY, type Measured } from '../protocol.js';
import type { WorkerApi } from '../inference/protocol.js';
import { firstStageCall, testPattern } from '../inference/stage-call.js';
import { loadSpec } from './network-lock.js';

/** The first run compiles; the fastest of the others counts, since other programs interfere. */
const RUNS = 3;

/** Rejects with `plugin-failed` if the network fails on `provider` or differs from the CPU. */
export async function measureNetwork(
  worker: Pick<WorkerApi, 'load' | 'runStage'>,
  plugin: string,
  manifest: Manifest,
  provider: ProviderId,
): Promise<Measured> {
  const { warnings } = await worker.load(await loadSpec({ plugin, provider }, NO_RECOVERY));
  for (const { code, params } of warnings) {
    if (code === 'device-replaced') throw UnsmearError.fromData(params.problem);
  }
  const { preferred, min, multipleOf, fixed } = manifest.tile;
  for (let side = preferred; ;) {
    const times: number[] = [];
    try {
      for (let run = 0; run < RUNS; run++) times.push(await timeStage(worker, side));
      const seconds = Math.min(...times.slice(1)) / 1000;
      return { secondsPerMegapixel: seconds / ((side * side) / 1e6), tile: side };
    } catch (error) {
      // Retries with smaller tiles, as a restoration does.
      const half = Math.floor(side / 2 / multipleOf) * multipleOf;
      const isMemory = error instanceof UnsmearError && error.code === 'out-of-memory';
      if (!isMemory || fixed || half < min || half < 1) throw error;
      side = half;
    }
  }
}

async function timeStage(worker: Pick<WorkerApi, 'runStage'>, side: number): Promise<number> {
  const count = 3 * side * side;
  const into = new Float32Array(new SharedArrayBuffer(count * 4));
  return (await worker.runStage(firstStageCall(testPattern(count), side, into))).ms;
}
