/**
 * Scores the blur of a photo: a grid of patches at native resolution, the edges in each, and the
 * output of the network's first stage.
 */
import { throwIfAborted } from '../../../shared/core/errors.js';
import { SerialQueue } from '../../../shared/core/serial-queue.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { PhotoBlur } from '../../../shared/contracts/triage.js';
import { decodePhoto, type DecodedPhoto } from '../../imaging/index.js';
import { unwrap } from '../channel.js';
import { loadSpec } from '../inference/load-spec.js';
import { loadManifest } from '../../plugins/verify.js';
import { extractTile, type RgbImage } from '../tiling/pixels.js';
import type { WorkerApi } from '../inference/protocol.js';
import type { NetworkLock } from '../network-lock.js';
import { NO_RECOVERY, type BlurAnswer, type ScoreJob } from '../protocol.js';
import { StageBuffers } from '../tiling/stage-buffers.js';
import { calibrationFor, type Calibration } from './calibration.js';
import { patchGrid, type PatchGrid } from './patches.js';
import { edgesOf, type PatchEdges } from './edges.js';
import { lightnessAt, lightnessOf, SIDE, type Plane } from './lightness.js';
import { scoreOf } from './score.js';
import type { PatchLook } from './signs.js';

export interface ScorerHost {
  readonly worker: Pick<WorkerApi, 'load' | 'runStage'>;
  readonly network: NetworkLock;
}

/** Scores one photo after the other; the next one is decoded while the network works on one. */
export class BlurScorer {
  private readonly decoding = new SerialQueue();

  constructor(private readonly host: ScorerHost) {}

  async score(signal: AbortSignal, job: ScoreJob): Promise<BlurAnswer> {
    const manifest = await loadManifest(job.plugin);
    const { photo, decodeMs } = await this.decode(signal, job.input);
    const asked = await judgePixels(signal, this.host, job, manifest, photo);
    const { warnings } = photo.info;
    return { ...asked, decodeMs, warnings: [...asked.warnings, ...warnings] };
  }

  /** Decodes one photo at a time: two large ones would need the memory of both. */
  private decode(
    signal: AbortSignal,
    input: string,
  ): Promise<{ photo: DecodedPhoto; decodeMs: number }> {
    return this.decoding.run(async () => {
      throwIfAborted(signal);
      const start = performance.now();
      const photo = await decodePhoto(input);
      return { photo, decodeMs: performance.now() - start };
    });
  }
}

/** Holds the network until the whole photo is scored or the signal aborts. */
export function judgePixels(
  signal: AbortSignal,
  { worker, network }: ScorerHost,
  job: Pick<ScoreJob, 'plugin' | 'provider'> & Partial<Pick<ScoreJob, 'threads'>>,
  manifest: Manifest,
  photo: RgbImage,
): Promise<Omit<BlurAnswer, 'decodeMs'>> {
  const calibration = calibrationFor(manifest);
  const grid = patchGrid(photo.width, photo.height, SIDE);
  return network.hold(async () => {
    throwIfAborted(signal);
    const loaded = calibration.network
      ? unwrap(await worker.load(await loadSpec(job, NO_RECOVERY)))
      : null;
    const start = performance.now();
    const looks = await lookAt(signal, photo, grid, loaded && { worker, manifest });
    const blur = told(photo, grid, looks, calibration);
    const judgeMs = performance.now() - start;
    const { provider = null, warnings = [] } = loaded ?? {};
    return { blur, provider, judgeMs, warnings };
  });
}

/** Measures every patch. `network` `null` = edges only. */
export async function lookAt(
  signal: AbortSignal,
  photo: RgbImage,
  { patches }: PatchGrid,
  network: { readonly worker: Pick<WorkerApi, 'runStage'>; readonly manifest: Manifest } | null,
): Promise<PatchLook[]> {
  const ask = network === null ? null : asking(network.worker, network.manifest, photo);
  const looks: PatchLook[] = [];
  let last: Seen | null = null;
  for (const patch of patches) {
    throwIfAborted(signal);
    // The worker runs the network while this thread measures edges.
    const asked = ask?.(patch);
    const plane = lightnessAt(photo, patch.x, patch.y);
    const edges = edgesOf(plane);
    if (last !== null) looks.push(lookOf(last));
    last = { plane, edges, answer: (await asked) ?? null };
  }
  if (last !== null) looks.push(lookOf(last));
  return looks;
}

interface Seen {
  readonly plane: Plane;
  readonly edges: PatchEdges;
  readonly answer: Answer | null;
}

interface Answer {
  readonly difficulty: number;
  readonly restored: Plane;
}

function lookOf({ plane, edges, answer }: Seen): PatchLook {
  if (answer === null) return { edges, network: null };
  const { difficulty, restored } = answer;
  return { edges, network: { difficulty, restored: edgesOf(restored, plane) } };
}

/** Runs the first stage; difficulty is a share of the network's range. */
function asking(
  worker: Pick<WorkerApi, 'runStage'>,
  manifest: Manifest,
  photo: RgbImage,
): (patch: PatchGrid['patches'][number]) => Promise<Answer> {
  const shape = { tileWidth: SIDE, tileHeight: SIDE };
  const into = new StageBuffers(3 * SIDE * SIDE).of(0);
  const [low, high] = manifest.image.range;
  return async (patch) => {
    const stage = unwrap(
      await worker.runStage({
        ...{ stage: 0, forceCpu: false, width: SIDE, height: SIDE, roi: null, budget: 1 },
        image: extractTile(photo, shape, patch, manifest.image),
        ...{ maps: false, into, slot: 0 },
      }),
    );
    const { data } = stage.difficulty!;
    return {
      difficulty: data.reduce((sum, value) => sum + value, 0) / data.length / (high - low),
      restored: lightnessOf(into, manifest.image),
    };
  };
}

function told(
  { width, height }: RgbImage,
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
      difficulty: looks[i]!.network?.difficulty ?? null,
    })),
  };
}
