/** One tile through the plug-in's stages: events, early stop, guards, self-ensemble. */
import { UnsmearError } from '../../shared/errors.js';
import type { Manifest } from '../../shared/manifest.js';
import type { RoiHint, SkipReason } from '../../shared/restore.js';
import { unwrap } from './channel.js';
import type { Grid } from './grid.js';
import { checkOutput, sourceCells } from './guards.js';
import { orient, orientations, restoreOrientation, type Orientation } from './orientation.js';
import { extractTile, type RgbImage } from './pixels.js';
import { rasteriseHints, type PlannedTile } from './plan.js';
import type { MapTensor, StageResult, WorkerApi } from './protocol.js';
import { StageBuffers } from './stage-buffers.js';

export interface TileContext {
  readonly worker: Pick<WorkerApi, 'runStage'>;
  readonly manifest: Manifest;
  readonly image: RgbImage;
  readonly grid: Grid;
  readonly rois: readonly RoiHint[];
  readonly selfEnsemble: boolean;
  readonly skip: boolean;
  /** null: maps are not wanted. */
  readonly mapsDir: string | null;
  readonly buffers: StageBuffers;
}

export interface StageOutcome {
  /** [3,H,W] in the network's range; in the context's buffers, so valid until the next tile. */
  readonly restored: Float32Array;
  readonly difficulty: number | null;
  readonly ms: number;
}

export interface TileResult {
  readonly skipped: SkipReason | null;
  readonly stages: readonly StageOutcome[];
  readonly maps: Readonly<Record<string, MapTensor>>;
}

/** Thrown when an answer cannot be trusted; the caller retries on the CPU. */
export class GuardError extends Error {}

/** Reported between the stages; rejects to stop the tile. */
export type OnStage = (stage: number, outcome: StageOutcome) => Promise<void>;

export async function runTile(
  signal: AbortSignal,
  context: TileContext,
  planned: PlannedTile,
  forceCpu: boolean,
  onStage: OnStage,
): Promise<TileResult> {
  const { grid, manifest } = context;
  const input = extractTile(context.image, grid, planned.tile, manifest.image);
  const copies = context.selfEnsemble
    ? orientations(grid.tileWidth, grid.tileHeight)
    : [0 satisfies Orientation];
  const upright = await runCopy(signal, context, planned, forceCpu, input, 0, onStage);
  if (upright.skipped !== null || copies.length === 1) return upright;
  const sums = upright.stages.map((stage) => stage.restored);
  const buffers = new StageBuffers(input.length);
  for (const copy of copies.slice(1)) {
    const wanted = { ...context, buffers, skip: false, stages: upright.stages.length };
    const turned = await runCopy(signal, wanted, planned, forceCpu, input, copy, ignore);
    turned.stages.forEach((stage, i) => addTo(sums[i]!, stage.restored));
  }
  for (const sum of sums) scale(sum, 1 / copies.length);
  return upright;
}

async function runCopy(
  signal: AbortSignal,
  context: TileContext & { readonly stages?: number },
  planned: PlannedTile,
  forceCpu: boolean,
  input: Float32Array,
  copy: Orientation,
  onStage: OnStage,
): Promise<TileResult> {
  const { grid, manifest, worker } = context;
  const shape = { height: grid.tileHeight, width: grid.tileWidth };
  const image = orient({ data: input, channels: 3, ...shape }, copy);
  const hints = rasteriseHints(planned.tile, grid, context.rois, manifest.roiStride);
  const count = context.stages ?? manifest.stages.length;
  const start = (stage: number) =>
    worker.runStage({
      stage,
      forceCpu,
      image: stage === 0 ? image.data : null,
      width: image.width,
      height: image.height,
      roi: stage === 0 && hints ? orientHints(hints, context, copy) : null,
      budget: planned.budget,
      maps: context.mapsDir !== null && copy === 0,
      into: context.buffers.of(stage),
    });
  const stages: StageOutcome[] = [];
  const maps: Record<string, MapTensor> = {};
  let running = start(0);
  try {
    const source = sourceCells(context.image, grid, planned.tile);
    for (let stage = 0; ; stage++) {
      const result = unwrap(await running);
      if (signal.aborted) throw new UnsmearError('cancelled', 'Cancelled.');
      const turned = { ...image, data: context.buffers.of(stage) };
      const restored = restoreOrientation(turned, copy).data;
      const difficulty = percentile(result.difficulty?.data, manifest.skip.percentile);
      const maySkip = context.skip && !planned.hinted && difficulty !== null;
      const untouched = maySkip && stage === 0 && isDone(difficulty, restored, input, manifest);
      const enough = untouched || (maySkip && difficulty < manifest.skip.stage);
      const last = enough || stage + 1 === count;
      // The network goes on while this thread checks and shows what it has done.
      if (!last) running = start(stage + 1);
      const check = checkOutput(restored, source, grid, manifest.image);
      if (!check.ok) throw new GuardError(check.reason);
      collectMaps(maps, result);
      const outcome = { restored, difficulty, ms: result.ms };
      stages.push(outcome);
      await onStage(stage, outcome);
      if (last) return { skipped: untouched ? 'low-difficulty' : null, stages, maps };
    }
  } finally {
    // Whatever ended this tile, its buffers are the next one's only when the network has let go.
    await Promise.allSettled([running]);
  }
}

/**
 * Nothing was wrong with this tile: little error is left after stage 1, and stage 1 changed little. A
 * low difficulty alone may also mean that stage 1 repaired the tile, and that must be kept.
 */
function isDone(
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

/** The first stage's difficulty says where the photo is hard; other maps are the last stage's. */
function collectMaps(maps: Record<string, MapTensor>, result: StageResult): void {
  if (result.difficulty && maps.difficulty === undefined) maps.difficulty = result.difficulty;
  Object.assign(maps, result.maps);
}

/** On at most 4096 evenly spread values: a tile has ten times as many, and they vary slowly. */
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
