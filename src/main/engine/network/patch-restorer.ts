/** Runs a network on the patches of the blur score. */
import { mean, sum } from '../../../shared/core/math.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { StageResult, WorkerApi } from '../inference/protocol.js';
import { firstStageCall } from '../inference/stage-call.js';
import { extentOf } from '../../blur/blur-field.js';
import type { RgbImage } from '../../imaging/index.js';
import { extractTile } from '../../tiling/pixels.js';
import { lightnessOf, SIDE, type PatchGrid, type Plane } from '../../blur/patches.js';

/** Octave at which a pyramid step sees the patches: there it reads blur of 8 to 60 px. */
const OCTAVE = 2;

export type StageRunner = Pick<WorkerApi, 'runStage'>;

export interface RestoredPatch {
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
    const input = reduced(image, octave);
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

/** Halves a square patch [3,H,W] `octave` times by means of 2 × 2 pixels. */
function reduced(image: Float32Array, octave: number): Float32Array {
  if (octave === 0) return image;
  const side = Math.sqrt(image.length / 3);
  const half = side >> 1;
  const out = new Float32Array(3 * half * half);
  for (let row = 0; row < 3 * half; row++) {
    for (let x = 0; x < half; x++) {
      const at = 2 * row * side + 2 * x;
      const upper = image[at]! + image[at + 1]!;
      out[row * half + x] = (upper + image[at + side]! + image[at + side + 1]!) / 4;
    }
  }
  return reduced(out, octave - 1);
}

/** Returns image + the bilinearly enlarged `after` − `before`, smaller by `octave` halvings. */
function withChange(
  image: Float32Array,
  before: Float32Array,
  after: Float32Array,
  octave: number,
): Float32Array {
  const side = SIDE >> octave;
  const places = Array.from({ length: SIDE }, (_, i) => {
    const at = Math.min(Math.max((i + 0.5) / 2 ** octave - 0.5, 0), side - 1);
    const from = Math.floor(at);
    return { from, to: Math.min(from + 1, side - 1), share: at - from };
  });
  const change = after.map((value, i) => value - before[i]!);
  const out = new Float32Array(image.length);
  for (let row = 0; row < 3 * SIDE; row++) {
    const down = places[row % SIDE]!;
    const plane = Math.floor(row / SIDE) * side;
    const [upper, lower] = [(plane + down.from) * side, (plane + down.to) * side];
    for (let x = 0; x < SIDE; x++) {
      const { from, to, share } = places[x]!;
      const above = change[upper + from]! * (1 - share) + change[upper + to]! * share;
      const below = change[lower + from]! * (1 - share) + change[lower + to]! * share;
      const at = row * SIDE + x;
      out[at] = image[at]! + above * (1 - down.share) + below * down.share;
    }
  }
  return out;
}
