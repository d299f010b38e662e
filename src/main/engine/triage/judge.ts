/**
 * How likely a photo is blurred: a grid of patches at native resolution, the structure of each, and what the network's first stage
 * expects to remain wrong in it.
 */
import { throwIfAborted } from '../../../shared/errors.js';
import type { Manifest } from '../../../shared/manifest.js';
import type { PhotoBlur } from '../../../shared/triage.js';
import { decodePhoto, type DecodedPhoto } from '../../imaging/index.js';
import { unwrap } from '../channel.js';
import { loadSpec } from '../job-settings.js';
import { loadManifest } from '../load-manifest.js';
import { extractTile, type RgbImage } from '../pixels.js';
import type { LoadResult, WorkerApi } from '../protocol.js';
import { NO_RECOVERY } from '../recovery.js';
import type { NetworkLock } from '../studio/network-lock.js';
import { StageBuffers } from '../stage-buffers.js';
import { calibrationFor, type Calibration } from './calibration.js';
import { patchGrid, type PatchGrid } from './patches.js';
import type { TriageAnswer, TriageJob } from './protocol.js';
import { scoreOf, type PatchLook } from './score.js';
import { SIDE, edgesOf } from './edges.js';

export interface TriageHost {
  readonly worker: Pick<WorkerApi, 'load' | 'runStage'>;
  readonly network: NetworkLock;
}

/** Judges one photo after the other; while the network looks at one the next one is decoded. */
export class Triage {
  private decoding: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: TriageHost) {}

  async judge(signal: AbortSignal, job: TriageJob): Promise<TriageAnswer> {
    const manifest = await loadManifest(job.plugin);
    const { photo, decodeMs } = await this.decode(signal, job.input);
    const asked = await this.ask(signal, job, manifest, photo);
    const { warnings } = photo.info;
    return { ...asked, decodeMs, warnings: [...asked.warnings, ...warnings] };
  }

  /** One at a time: two large photos at once would need the memory of both. */
  private decode(
    signal: AbortSignal,
    input: string,
  ): Promise<{ photo: DecodedPhoto; decodeMs: number }> {
    const decoded = this.decoding.then(async () => {
      throwIfAborted(signal);
      const start = performance.now();
      const photo = await decodePhoto(input);
      return { photo, decodeMs: performance.now() - start };
    });
    this.decoding = decoded.catch(() => undefined);
    return decoded;
  }

  private ask(
    signal: AbortSignal,
    job: TriageJob,
    manifest: Manifest,
    photo: DecodedPhoto,
  ): Promise<Omit<TriageAnswer, 'decodeMs'>> {
    const { worker, network } = this.host;
    const calibration = calibrationFor(manifest);
    const grid = patchGrid(photo.width, photo.height, SIDE);
    return network.hold(async () => {
      throwIfAborted(signal);
      const loaded = calibration.network ? await this.load(job, manifest) : null;
      const start = performance.now();
      const asked = loaded === null ? null : { worker, manifest };
      const looks = await lookAt(signal, photo, grid, asked);
      const blur = told(photo, grid, looks, calibration);
      const judgeMs = performance.now() - start;
      const { provider = null, warnings = [] } = loaded ?? {};
      return { blur, provider, judgeMs, warnings };
    });
  }

  private async load(job: TriageJob, manifest: Manifest): Promise<LoadResult> {
    return unwrap(await this.host.worker.load(loadSpec(job, NO_RECOVERY, manifest)));
  }
}

/** What there is to see in each patch. `network` null: it is not asked. */
export async function lookAt(
  signal: AbortSignal,
  photo: RgbImage,
  { patches }: PatchGrid,
  network: { readonly worker: Pick<WorkerApi, 'runStage'>; readonly manifest: Manifest } | null,
): Promise<PatchLook[]> {
  const difficulty =
    network === null ? null : difficultyIn(network.worker, network.manifest, photo);
  const looks: PatchLook[] = [];
  for (const patch of patches) {
    throwIfAborted(signal);
    // The worker's thread is at it while this one looks at the edges.
    const asked = difficulty?.(patch) ?? Promise.resolve(null);
    const edges = edgesOf(photo, patch.x, patch.y);
    looks.push({ ...edges, difficulty: await asked });
  }
  return looks;
}

/** Mean of the first stage's difficulty map of a patch, as a share of the network's range. */
function difficultyIn(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  photo: RgbImage,
): (patch: PatchGrid['patches'][number]) => Promise<number | null> {
  const shape = { tileWidth: SIDE, tileHeight: SIDE };
  const buffers = new StageBuffers(3 * SIDE * SIDE);
  const [low, high] = manifest.image.range;
  return async (patch) => {
    const stage = unwrap(
      await worker.runStage({
        ...{ stage: 0, forceCpu: false, width: SIDE, height: SIDE, roi: null, budget: 1 },
        image: extractTile(photo, shape, patch, manifest.image),
        ...{ maps: false, into: buffers.of(0), slot: 0 },
      }),
    );
    if (stage.difficulty === null) return null;
    const { data } = stage.difficulty;
    return data.reduce((sum, value) => sum + value, 0) / data.length / (high - low);
  };
}

function told(
  { width, height }: DecodedPhoto,
  { columns, rows, side, patches }: PatchGrid,
  looks: readonly PatchLook[],
  calibration: Calibration,
): PhotoBlur {
  const { score, blurredShare, patchScores } = scoreOf(looks, columns, calibration);
  return {
    ...{ width, height, score, blurredShare, columns, rows },
    by: calibration.network ? 'network' : 'light',
    patches: patches.map(({ x, y }, i) => ({
      ...{ x, y, side },
      score: patchScores[i]!,
      difficulty: looks[i]!.difficulty,
    })),
  };
}
