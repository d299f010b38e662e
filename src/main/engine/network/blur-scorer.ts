/**
 * Scores how likely a photo is blurred, from a grid of patches at native resolution: the edges of
 * each patch, and the network's first stage on it.
 */
import { throwIfAborted } from '../../../shared/core/errors.js';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import { decodePhoto, type RgbImage } from '../../imaging/index.js';
import { loadManifest } from '../../plugins/verify.js';
import { edgesOf } from '../../blur/edges.js';
import { lightnessAt, patchGrid, SIDE, type PatchGrid } from '../../blur/patches.js';
import { calibrationFor, scoreOf, type Calibration } from '../../blur/score.js';
import type { PatchMeasurement } from '../../blur/signs.js';
import { NO_RECOVERY, type BlurAnswer, type ScoreJob } from '../protocol.js';
import { loadSpec, type NetworkLock } from './network-lock.js';
import { LONG, longExtent } from './long-blur.js';
import { patchRestorer, type StageRunner } from './patch-restorer.js';

interface ScorerHost {
  readonly worker: StageRunner;
  readonly network: NetworkLock;
}

/** Scores one photo after the other; decodes the next one while the network is busy. */
export class BlurScorer {
  private readonly decoding = new SerialQueue();

  constructor(private readonly host: ScorerHost) {}

  /** Rejects with the decoder's errors, `plugin-invalid`, `plugin-failed` or `cancelled`. */
  async score(signal: AbortSignal, job: ScoreJob): Promise<BlurAnswer> {
    const manifest = await loadManifest(job.plugin);
    // One photo at a time: two large ones would need the memory of both.
    const { photo, decodeMs } = await this.decoding.run(async () => {
      throwIfAborted(signal);
      const start = performance.now();
      const decoded = await decodePhoto(job.input);
      return { photo: decoded, decodeMs: performance.now() - start };
    });
    const scored = await scorePixels(signal, this.host, job, manifest, photo);
    return { ...scored, decodeMs, warnings: [...scored.warnings, ...photo.info.warnings] };
  }
}

/** Scores a decoded photo; holds the network until all patches are measured. */
export function scorePixels(
  signal: AbortSignal,
  { worker, network }: ScorerHost,
  job: Pick<ScoreJob, 'plugin' | 'provider'> & Partial<Pick<ScoreJob, 'threads'>>,
  manifest: Manifest,
  photo: RgbImage,
): Promise<Omit<BlurAnswer, 'decodeMs'>> {
  const calibration = calibrationFor(manifest);
  const grid = patchGrid(photo.width, photo.height);
  return network.hold(async () => {
    throwIfAborted(signal);
    const loaded = calibration.network
      ? await network.load(await loadSpec(job, NO_RECOVERY))
      : null;
    const start = performance.now();
    const measured = await measurePatches(signal, photo, grid, loaded && { worker, manifest });
    const short = medianExtent(measured);
    const isLong = loaded !== null && short !== null && short >= LONG;
    const long = isLong ? await longExtent(worker, manifest, photo) : null;
    const extent = long ?? short;
    const blur = photoBlur(photo, grid, measured, calibration, extent && roundLength(extent));
    const scoreMs = performance.now() - start;
    const { provider = null, warnings = [] } = loaded ?? {};
    return { blur, provider, scoreMs, warnings };
  });
}

/** Measures each patch of the grid. `network` null: edges only. */
export async function measurePatches(
  signal: AbortSignal,
  photo: RgbImage,
  { patches }: PatchGrid,
  network: { readonly worker: StageRunner; readonly manifest: Manifest } | null,
): Promise<PatchMeasurement[]> {
  const restore = network && patchRestorer(network.worker, network.manifest, photo);
  const measured: PatchMeasurement[] = [];
  let finish: (() => PatchMeasurement) | null = null;
  for (const patch of patches) {
    throwIfAborted(signal);
    // Meanwhile this thread measures this patch's edges, and the restored edges of the one before.
    const restoring = restore?.(patch);
    const plane = lightnessAt(photo, patch.x, patch.y);
    const edges = edgesOf(plane);
    if (finish !== null) measured.push(finish());
    const answer = await restoring;
    finish = () => ({
      edges,
      network: answer
        ? {
            ...{ difficulty: answer.difficulty, extent: answer.extent },
            restored: edgesOf(answer.restored, plane),
          }
        : null,
    });
  }
  if (finish !== null) measured.push(finish());
  return measured;
}

function photoBlur(
  { width, height }: RgbImage,
  { columns, rows, patches }: PatchGrid,
  measured: readonly PatchMeasurement[],
  calibration: Calibration,
  extent: number | null,
): PhotoBlur {
  const { score, blurredShare, patchScores } = scoreOf(measured, columns, calibration);
  return {
    ...{ width, height, score, blurredShare, columns, rows },
    extent,
    by: calibration.network ? 'network' : 'light',
    patches: patches.map(({ x, y }, i) => ({
      ...{ x, y, side: SIDE },
      score: patchScores[i]!,
      difficulty: measured[i]!.network?.difficulty ?? null,
    })),
  };
}

/** Returns the median extent of the moved patches in px; `null` = none has moved. */
function medianExtent(measured: readonly PatchMeasurement[]): number | null {
  const extents = measured.flatMap(({ network }) => network?.extent ?? []).sort((a, b) => a - b);
  return extents[extents.length >> 1] ?? null;
}

/** Rounds to a tenth. */
function roundLength(extent: number): number {
  return Math.round(10 * extent) / 10;
}
