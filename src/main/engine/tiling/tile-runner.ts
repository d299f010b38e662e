/** Runs a tile through the plug-in's stages, with early stop, guards and self-ensemble. */
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { RoiHint, SkipReason } from '../../../shared/contracts/restore.js';
import { unwrap } from '../channel.js';
import type { Grid } from './grid.js';
import { checkOutput, sourceCells } from './guards.js';
import { orient, orientations, restoreOrientation, type Orientation } from './orientation.js';
import { extractTile, type RgbImage } from './pixels.js';
import { rasteriseHints, type PlannedTile } from './plan.js';
import type { MapTensor, StageResult, WorkerApi } from '../inference/protocol.js';
import { StageBuffers } from '../inference/stage-call.js';

export interface TileContext {
  readonly worker: Pick<WorkerApi, 'runStage'>;
  readonly manifest: Manifest;
  readonly image: RgbImage;
  readonly grid: Grid;
  readonly rois: readonly RoiHint[];
  readonly skip: boolean;
  /** Return the maps too. */
  readonly maps: boolean;
  readonly buffers: StageBuffers;
  /** Slot of the worker that keeps the tile's states; stage 0 replaces another tile's. */
  readonly slot: number;
}

/** Stages `from` to `to` (exclusive), 0-based; a tile resumes from the states in its slot. */
export interface StageRange {
  readonly from: number;
  readonly to: number;
}

export interface StageOutcome {
  /** [3,H,W] in the network's range; valid until the next tile, which uses the same buffers. */
  readonly restored: Float32Array;
  readonly difficulty: number | null;
  readonly ms: number;
  /** Maps of this stage, `difficulty` included. */
  readonly maps: Readonly<Record<string, MapTensor>>;
  /** Bytes that later stages need. */
  readonly heldBytes: number;
  /** The tile needs no further stage. */
  readonly last: boolean;
  /** Reason to keep the photo's pixels; `null` = the tile is restored. */
  readonly skipped: SkipReason | null;
}

export interface TileResult {
  readonly skipped: SkipReason | null;
  readonly stages: readonly StageOutcome[];
  readonly maps: Readonly<Record<string, MapTensor>>;
}

/** Thrown when a stage's output is implausible; the caller retries on the CPU. */
export class GuardError extends Error {}

/**
 * Called after each stage; with several copies at the end, when the means of all stages are known.
 * Stops the tile by rejecting.
 */
export type OnStage = (stage: number, outcome: StageOutcome) => Promise<void>;

/**
 * Runs the stages of a tile; only a tile with a single copy can run a part of them, since copies
 * share the slot. Rejects with a `GuardError`, `cancelled` or the errors of the worker.
 */
export async function runTile(
  signal: AbortSignal,
  context: TileContext,
  planned: PlannedTile,
  forceCpu: boolean,
  onStage: OnStage,
  stages: StageRange = { from: 0, to: context.manifest.stages.length },
): Promise<TileResult> {
  const { grid, manifest } = context;
  // The slot keeps the image for later stages.
  const input =
    stages.from === 0
      ? extractTile(context.image, grid, planned.tile, manifest.image)
      : new Float32Array(0);
  const run = { context, planned, forceCpu, input };
  if (planned.copies === 1) return runCopy(signal, run, 0, stages, onStage);
  const result = await runEnsemble(signal, run, stages);
  for (const [stage, outcome] of result.stages.entries()) await onStage(stage, outcome);
  return result;
}

/**
 * Averages the tile's mirrored and turned copies, stage by stage. The upright copy provides
 * difficulty and maps, and decides how many stages run.
 */
async function runEnsemble(
  signal: AbortSignal,
  run: TileRun,
  range: StageRange,
): Promise<TileResult> {
  const { grid, buffers } = run.context;
  const copies = orientations(grid.tileWidth, grid.tileHeight).slice(0, run.planned.copies);
  const upright = await runCopy(signal, run, 0, range, ignore);
  if (upright.skipped !== null) return upright;
  const times = upright.stages.map(({ ms }) => ms);
  // Other copies run as many stages as the upright one.
  const wanted = { ...run, context: { ...run.context, buffers: buffers.spare, skip: false } };
  for (const copy of copies.slice(1)) {
    const all = { from: 0, to: upright.stages.length };
    const turned = await runCopy(signal, wanted, copy, all, ignore);
    turned.stages.forEach(({ restored, ms }, i) => {
      addTo(upright.stages[i]!.restored, restored);
      times[i]! += ms;
    });
  }
  for (const { restored } of upright.stages) scale(restored, 1 / copies.length);
  return { ...upright, stages: upright.stages.map((stage, i) => ({ ...stage, ms: times[i]! })) };
}

interface TileRun {
  readonly context: TileContext;
  readonly planned: PlannedTile;
  readonly forceCpu: boolean;
  readonly input: Float32Array;
}

async function runCopy(
  signal: AbortSignal,
  { context, planned, forceCpu, input }: TileRun,
  copy: Orientation,
  range: StageRange,
  onStage: OnStage,
): Promise<TileResult> {
  const { grid, manifest, worker } = context;
  const shape = { height: grid.tileHeight, width: grid.tileWidth };
  const image = orient({ data: input, channels: 3, ...shape }, copy);
  const hints = rasteriseHints(planned.tile, grid, context.rois, manifest);
  const count = manifest.stages.length;
  const start = (stage: number) =>
    worker.runStage({
      stage,
      forceCpu,
      image: stage === 0 ? image.data : null,
      width: image.width,
      height: image.height,
      roi: stage === 0 && hints ? orientHints(hints, context, copy) : null,
      budget: planned.budget,
      maps: context.maps && copy === 0,
      into: context.buffers.of(stage),
      slot: context.slot,
    });
  const stages: StageOutcome[] = [];
  const maps: Record<string, MapTensor> = {};
  let running = start(range.from);
  try {
    const source = sourceCells(context.image, grid, planned.tile);
    for (let stage = range.from; ; stage++) {
      const result = unwrap(await running);
      if (signal.aborted) throw new UnsmearError('cancelled');
      const turned = { ...image, data: context.buffers.of(stage) };
      const restored = restoreOrientation(turned, copy).data;
      const difficulty = percentile(result.difficulty?.data, manifest.skip.percentile);
      const maySkip = context.skip && !planned.hinted && difficulty !== null;
      const untouched = maySkip && stage === 0 && wasSharp(difficulty, restored, input, manifest);
      const enough = untouched || (maySkip && difficulty < manifest.skip.stage);
      const last = enough || stage + 1 === count;
      const done = last || stage + 1 === range.to;
      // The worker runs the next stage while this thread checks and reports this one.
      if (!done) running = start(stage + 1);
      const check = checkOutput(restored, source, grid, manifest.image);
      if (!check.ok) throw new GuardError(check.reason);
      collectMaps(maps, result);
      const skipped = untouched ? 'low-difficulty' : null;
      const outcome = {
        restored,
        difficulty,
        ms: result.ms,
        maps: result.difficulty ? { ...result.maps, difficulty: result.difficulty } : result.maps,
        heldBytes: result.heldBytes,
        last,
        skipped,
      } satisfies StageOutcome;
      stages.push(outcome);
      await onStage(stage, outcome);
      if (done) return { skipped, stages, maps };
    }
  } finally {
    // The next tile uses the same buffers, so the worker must have finished with them.
    await Promise.allSettled([running]);
  }
}

/**
 * Returns whether the tile was sharp: stage 1 expects little error and changed little. A low
 * difficulty alone may also mean that stage 1 repaired the tile, whose result must then be kept.
 */
function wasSharp(
  difficulty: number,
  restored: Float32Array,
  input: Float32Array,
  manifest: Manifest,
): boolean {
  if (difficulty >= manifest.skip.difficulty) return false;
  const [low, high] = manifest.image.range;
  let sum = 0;
  for (let i = 0; i < input.length; i++) {
    sum += Math.abs(restored[i]! - input[i]!);
  }
  return sum / input.length / (high - low) < manifest.skip.change;
}

/** Keeps the first stage's difficulty, which shows the input's blur, and other maps of the last. */
function collectMaps(maps: Record<string, MapTensor>, result: StageResult): void {
  if (result.difficulty && maps.difficulty === undefined) maps.difficulty = result.difficulty;
  Object.assign(maps, result.maps);
}

/**
 * Samples at most 4096 evenly spread values: a tile has ten times as many, and they vary slowly.
 */
function percentile(values: Float32Array | undefined, percent: number): number | null {
  if (!values || values.length === 0) return null;
  const step = Math.ceil(values.length / 4096);
  const sample = new Float32Array(Math.ceil(values.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * step]!;
  sample.sort();
  return sample[Math.round(((sample.length - 1) * percent) / 100)] ?? null;
}

function orientHints(hints: Float32Array, context: TileContext, copy: Orientation): Float32Array {
  const stride = context.manifest.roiStride;
  const height = Math.ceil(context.grid.tileHeight / stride);
  const width = Math.ceil(context.grid.tileWidth / stride);
  return orient({ data: hints, channels: 1, height, width }, copy).data;
}

function addTo(sum: Float32Array, values: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + values[i]!;
}

function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! * factor;
}

function ignore(): Promise<void> {
  return Promise.resolve();
}
