/** Runs a network on the patches of the blur score. */
import { mean, sum } from '../../../shared/core/math.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import { extentOf } from '../../blur/blur-field.js';
import type { RgbImage } from '../../imaging/index.js';
import { extractTile } from '../../tiling/pixels.js';
import { reducedPatch, withChange } from '../../blur/scales.js';
import { lightnessOf, SIDE, type PatchGrid, type Plane } from '../../blur/patches.js';
import type { StageResult, WorkerApi } from '../inference/protocol.js';
import { firstStageCall } from '../inference/stage-call.js';

/** Octave at which a pyramid step sees the patches: there it reads blur of 8 to 60 px. */
const OCTAVE = 2;

export type StageRunner = Pick<WorkerApi, 'runStage'>;

interface RestoredPatch {
  /** Mean difficulty as a share of the network's range. */
  readonly difficulty: number;
  readonly restored: Plane;
  /** Length of the blur in pixels if the patch has moved; `null` = it has not, or is unknown. */
  readonly extent: number | null;
}

/**
 * Returns a function that runs the network's first stage on a patch; a pyramid step runs on the
 * reduced patch, and its change is enlarged.
 */
export function patchRestorer(
  worker: StageRunner,
  manifest: Manifest,
  photo: RgbImage,
): (patch: PatchGrid['patches'][number]) => Promise<RestoredPatch> {
  const octave = manifest.pyramid === undefined ? 0 : OCTAVE;
  const side = SIDE >> octave;
  const shape = { tileWidth: SIDE, tileHeight: SIDE };
  const into = new Float32Array(new SharedArrayBuffer(3 * side * side * 4));
  const [low, high] = manifest.image.range;
  return async (patch) => {
    const image = extractTile(photo, shape, patch, manifest.image);
    const input = reducedPatch(image, octave);
    // The worker takes its input over.
    const call = firstStageCall(input.slice(), side, into);
    const stage = await worker.runStage(call);
    const restored = octave === 0 ? into : withChange(image, input, into, octave);
    return {
      difficulty: mean(stage.difficulty!.data) / (high - low),
      restored: lightnessOf(restored, manifest.image),
      extent: extentIn(stage, 2 ** octave),
    };
  };
}

/** Returns the extent of the mean motion of a patch that was reduced by `scale`. */
function extentIn({ maps: { extent, kind } }: StageResult, scale: number): number | null {
  if (extent === undefined || kind === undefined) return null;
  const plane = kind.width * kind.height;
  const moved = kind.data.subarray(plane, 2 * plane);
  if (mean(moved) < 0.5) return null;
  const weight = sum(moved);
  const [cxx, cxy, cyy] = [0, 1, 2].map((c) => {
    const values = extent.data.subarray(c * plane, (c + 1) * plane);
    return values.reduce((all, value, i) => all + value * moved[i]!, 0) / weight;
  });
  return scale * extentOf({ cxx: cxx!, cxy: cxy!, cyy: cyy! });
}
