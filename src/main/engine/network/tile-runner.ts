/** Runs a tile through the plug-in's stages, with early stop, guards and self-ensemble. */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { RoiHint, SkipReason } from '../../../shared/contracts/restore.js';
import type { Grid } from '../../tiling/grid.js';
import { checkOutput, sourceCells } from '../../tiling/guards.js';
import {
  orient,
  orientations,
  restoreOrientation,
  type Orientation,
  type Planes,
} from '../../tiling/orientation.js';
import type { RgbImage } from '../../imaging/index.js';
import { extractTile } from '../../tiling/pixels.js';
import { rasteriseHints, type TilePlan } from '../../tiling/plan.js';
import type { WorkerApi } from '../inference/protocol.js';
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
}

/** What a network sees of a tile, [1,3,H,W] in its range. */
export interface TilePixels {
  readonly image: Float32Array;
  /** Result of the coarser octave, for networks that refine it; `null` = none. */
  readonly guess: Float32Array | null;
}

export interface StageOutcome {
  /** [3,H,W] in the network's range; valid until the next tile, which uses the same buffers. */
  readonly restored: Float32Array;
  readonly ms: number;
  /** Maps of this stage, `difficulty` included. */
  readonly maps: Readonly<Record<string, Planes>>;
  /** The tile needs no further stage. */
  readonly last: boolean;
  /** Reason to keep the photo's pixels; `null` = the tile is restored. */
  readonly skipped: SkipReason | null;
}

/** Thrown when a stage's output is implausible; the caller retries on the CPU. */
export class GuardError extends Error {}

export interface TileEvents {
  /** The worker has begun: this thread has time for other work. */
  readonly onStart?: (() => void) | undefined;
  /**
   * Called after each stage (from 0), while the worker runs the next one; with several copies at
   * the end, when the means of all stages are known.
   */
  readonly onStage: (stage: number, outcome: StageOutcome) => void;
}

interface TileRun {
  readonly context: TileContext;
  readonly planned: TilePlan;
  readonly pixels: TilePixels;
  readonly forceCpu: boolean;
  /** Number of stages to run. */
  readonly stages: number;
}

/**
 * Runs the stages of a tile, fewer if an early one is enough. Rejects with a `GuardError` or the
 * errors of the worker.
 */
export async function runTile(
  context: TileContext,
  planned: TilePlan,
  pixels: TilePixels,
  forceCpu: boolean,
  events: TileEvents,
): Promise<readonly StageOutcome[]> {
  const run = { context, planned, pixels, forceCpu, stages: context.manifest.stages.length };
  if (planned.copies === 1) return runCopy(run, 0, events);
  const outcomes = await runEnsemble(run, events.onStart);
  outcomes.forEach((outcome, stage) => events.onStage(stage, outcome));
  return outcomes;
}

/** Reads a tile of the photo, with the guess if there is one. */
export function readTile(
  { image, grid, manifest }: Pick<TileContext, 'image' | 'grid' | 'manifest'>,
  { tile }: TilePlan,
  guess: Float32Array | null,
): TilePixels {
  return { image: extractTile(image, grid, tile, manifest.image), guess };
}

/**
 * Averages the tile's mirrored and turned copies, stage by stage. The upright copy provides
 * difficulty and maps, and decides how many stages run.
 */
async function runEnsemble(run: TileRun, onStart?: () => void): Promise<StageOutcome[]> {
  const { grid, buffers } = run.context;
  const copies = orientations(grid.tileWidth, grid.tileHeight).slice(0, run.planned.copies);
  const upright = await runCopy(run, 0, { onStart });
  if (upright.some(({ skipped }) => skipped !== null)) return upright;
  const times = upright.map(({ ms }) => ms);
  const context = { ...run.context, buffers: buffers.spare, skip: false };
  for (const copy of copies.slice(1)) {
    const turned = await runCopy({ ...run, context, stages: upright.length }, copy);
    turned.forEach(({ restored, ms }, stage) => {
      addTo(upright[stage]!.restored, restored);
      times[stage]! += ms;
    });
  }
  for (const { restored } of upright) scale(restored, 1 / copies.length);
  return upright.map((outcome, stage) => ({ ...outcome, ms: times[stage]! }));
}

async function runCopy(
  { context, planned, pixels, forceCpu, stages }: TileRun,
  copy: Orientation,
  { onStart, onStage }: Partial<TileEvents> = {},
): Promise<StageOutcome[]> {
  const { grid, manifest, worker } = context;
  const shape = { height: grid.tileHeight, width: grid.tileWidth };
  const oriented = (data: Float32Array) => orient({ data, channels: 3, ...shape }, copy);
  const image = oriented(pixels.image);
  const guess = pixels.guess && oriented(pixels.guess).data;
  const hints = rasteriseHints(planned.tile, grid, context.rois, manifest);
  const start = (stage: number) =>
    worker.runStage({
      stage,
      forceCpu,
      image: stage === 0 ? image.data : null,
      guess: stage === 0 ? guess : null,
      width: image.width,
      height: image.height,
      roi: stage === 0 && hints ? orientHints(hints, context, copy) : null,
      budget: planned.budget,
      maps: context.maps && copy === 0,
      into: context.buffers.of(stage),
    });
  const outcomes: StageOutcome[] = [];
  let running = start(0);
  try {
    const source = sourceCells(context.image, grid, planned.tile);
    onStart?.();
    for (let stage = 0; ; stage++) {
      const { difficulty, maps, ms } = await running;
      const turned = { ...image, data: context.buffers.of(stage) };
      const restored = restoreOrientation(turned, copy).data;
      const expected = percentile(difficulty?.data, manifest.skip.percentile);
      const maySkip = context.skip && !planned.hinted && expected !== null;
      const untouched =
        maySkip && stage === 0 && wasSharp(expected, restored, pixels.image, manifest);
      const enough = untouched || (maySkip && expected < manifest.skip.stage);
      const last = enough || stage + 1 === stages;
      if (!last) running = start(stage + 1);
      const check = checkOutput(restored, source, grid, manifest.image, pixels.guess);
      if (!check.ok) throw new GuardError(check.reason);
      const skipped = untouched ? 'low-difficulty' : null;
      const shown = difficulty ? { ...maps, difficulty } : maps;
      const outcome: StageOutcome = { restored, ms, maps: shown, last, skipped };
      outcomes.push(outcome);
      onStage?.(stage, outcome);
      if (last) return outcomes;
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
