/**
 * Restores one photo: decode, plan, tiles, compose, encode. Runs on the engine's main thread, which
 * stays free while the worker thread is inside the network.
 */
import { throwIfAborted } from '../../../shared/core/errors.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import type { ProviderId } from '../../../shared/contracts/providers.js';
import type {
  RestoreEvent,
  RestoreReport,
  RestoreRequest,
} from '../../../shared/contracts/restore.js';
import {
  checkEncodable,
  coloursFor,
  decodePhoto,
  encodePhoto,
  readMask,
  type DecodedPhoto,
} from '../../imaging/index.js';
import { unwrap } from '../channel.js';
import { compose, journalResiduals } from '../tiling/compose.js';
import { planGrid, type Grid } from '../tiling/grid.js';
import { CRASHED_ON_IT, leftAsItWas, runGuarded } from '../tiling/guarded.js';
import { writeMaps, writeStages } from './inspect.js';
import { Journal, type Layer, type TileRecord } from './journal.js';
import { loadSpec, signature, tileSide } from './job-settings.js';
import { loadManifest } from '../../plugins/verify.js';
import { checkOutput } from '../../storage/output-check.js';
import { planTiles, type Plan, type PlannedTile } from '../tiling/plan.js';
import { quantiseResidual } from '../tiling/pixels.js';
import { PreviewWriter } from './preview.js';
import type { RestoreJob, WorkerApi } from '../protocol.js';
import { StageBuffers } from '../tiling/stage-buffers.js';
import { runTile, type TileContext, type TileResult } from '../tiling/tile-runner.js';

export interface JobHost {
  readonly worker: Pick<WorkerApi, 'load' | 'runStage'>;
  emit(event: RestoreEvent): void;
  /** Awaited before a tile is begun, so that a crash can be attributed to it. */
  tileStarted(tile: number): Promise<unknown>;
}

export interface JobOutcome {
  readonly report: RestoreReport;
  /** Height and width fed to the network, for the caller's count of shapes. */
  readonly shape: string;
}

export async function restorePhoto(
  signal: AbortSignal,
  job: RestoreJob,
  host: JobHost,
): Promise<JobOutcome> {
  const start = performance.now();
  const { request } = job;
  const warnings: string[] = [];
  const warn = (message: string) => {
    if (warnings.includes(message)) return;
    warnings.push(message);
    host.emit({ type: 'warning', message });
  };

  await checkOutput(request);
  const manifest = await loadManifest(request.plugin);
  const loaded = await loadSessions(job, host);
  host.emit({ type: 'loaded', provider: loaded.provider, loadMs: loaded.loadMs });
  loaded.warnings.forEach(warn);
  throwIfAborted(signal);

  const photo = await decodePhoto(request.input);
  photo.info.warnings.forEach(warn);
  if (request.output) checkEncodable(photo, request.output.format ?? null, request.output.path);
  const mask =
    request.mask === null ? null : await readMask(request.mask, photo.width, photo.height);
  throwIfAborted(signal);

  const grid = planGrid(
    photo.width,
    photo.height,
    manifest.tile,
    tileSide(request, job.recovery, manifest),
  );
  const plan = planTiles(photo, grid, {
    ...request,
    mask,
    inputs: manifest.inputs,
    // With strength 0 nothing can change; the tiles are worked on only when they are to be shown.
    idle: request.strength === 0 && !shows(request),
  });
  announcePlan(host, grid, plan, manifest);
  const journal = Journal.open(job.scratch, signature(request, manifest, grid));
  try {
    const buffers = new StageBuffers(3 * grid.tileWidth * grid.tileHeight);
    const { worker } = host;
    const context: TileContext = {
      ...request,
      ...{ worker, manifest, image: photo, grid, buffers },
      maps: request.mapsDir !== null,
      slot: 0,
    };
    const previews = await PreviewWriter.open(request, photo, mask);
    await workTiles(signal, { job, host, context, plan, journal, previews, warn }, loaded.provider);
    await writeStages(request, photo, mask, grid, journal, manifest);
    await writeMaps(request, photo, grid, journal);
    throwIfAborted(signal);

    const output = await writeOutput(request, photo, mask, grid, journal, host, warn);
    const report: RestoreReport = {
      input: request.input,
      output,
      model: manifest.id,
      provider: loaded.provider,
      width: photo.width,
      height: photo.height,
      ...summarise(grid, journal, manifest),
      ms: performance.now() - start - loaded.loadMs,
      loadMs: loaded.loadMs,
      peakRssBytes: process.resourceUsage().maxRSS * 1024,
      warnings,
    };
    return { report, shape: `${grid.tileWidth}x${grid.tileHeight}` };
  } finally {
    journal.close();
  }
}

/** The worker's own start belongs to loading, not to the photo. */
async function loadSessions(job: RestoreJob, host: JobHost) {
  const start = performance.now();
  const loaded = unwrap(await host.worker.load(await loadSpec(job.request, job.recovery)));
  return loaded.loadMs === 0 ? loaded : { ...loaded, loadMs: performance.now() - start };
}

interface Work {
  readonly job: RestoreJob;
  readonly host: JobHost;
  readonly context: TileContext;
  readonly plan: Plan;
  readonly journal: Journal;
  readonly previews: PreviewWriter;
  readonly warn: (message: string) => void;
}

async function workTiles(signal: AbortSignal, work: Work, provider: ProviderId): Promise<void> {
  const { host, journal, plan, warn } = work;
  const total = plan.work.length;
  // Finished before a crash: told again, not done again.
  for (const record of journal.records()) record.warnings.forEach(warn);
  const left = plan.work.filter(({ tile }) => journal.get(tile.index) === undefined);
  const began = performance.now();
  for (const [count, planned] of left.entries()) {
    throwIfAborted(signal);
    await workTile(signal, work, planned, provider);
    const elapsed = (performance.now() - began) / 1000;
    const remaining = left.length - count - 1;
    host.emit({
      type: 'progress',
      done: total - remaining,
      total,
      secondsLeft: count < 1 ? null : (elapsed / (count + 1)) * remaining,
    });
  }
}

async function workTile(
  signal: AbortSignal,
  work: Work,
  planned: PlannedTile,
  provider: ProviderId,
): Promise<void> {
  const { host, job, journal, warn } = work;
  const { index, rect } = planned.tile;
  if (job.recovery.leaveTiles.includes(index)) {
    const message = leftAsItWas(rect, CRASHED_ON_IT);
    warn(message);
    leaveTile(work, index, message);
    return;
  }
  await host.tileStarted(index);
  const result = await runOrLeave(signal, work, planned, provider);
  if (result === null) return;
  const stageMs = result.stages.map((stage) => stage.ms);
  const layers = result.skipped === null ? residualLayers(work, planned, result) : [];
  layers.push(...mapLayers(job.request, result));
  journal.add({ tile: index, skipped: result.skipped, stageMs, warnings: [] }, layers);
  if (result.skipped === null) host.emit({ type: 'tile-done', tile: index, rect });
  else host.emit({ type: 'tile-skipped', tile: index, reason: result.skipped });
}

async function runOrLeave(
  signal: AbortSignal,
  work: Work,
  planned: PlannedTile,
  provider: ProviderId,
): Promise<TileResult | null> {
  const { host, job, warn } = work;
  const { index, rect } = planned.tile;
  const outcome = await runGuarded({
    onCpu: provider === 'cpu' || job.recovery.cpuTiles.includes(index),
    hasWorked: () => hasWorked(work.journal),
    run: (forceCpu) =>
      runTile(signal, work.context, planned, forceCpu, (stage, outcome) =>
        work.previews.tell(host, work.context, planned, stage, outcome),
      ),
    retried: (_, reason) => host.emit({ type: 'retried', tile: index, provider: 'cpu', reason }),
  });
  if ('value' in outcome) return outcome.value;
  const message = leftAsItWas(rect, outcome.reason);
  warn(message);
  leaveTile(work, index, message);
  return null;
}

function hasWorked(journal: Journal): boolean {
  return journal.records().some((record) => record.skipped !== 'failed');
}

function leaveTile({ host, journal }: Work, tile: number, warning: string): void {
  journal.add({ tile, skipped: 'failed', stageMs: [], warnings: [warning] }, []);
  host.emit({ type: 'tile-skipped', tile, reason: 'failed' });
}

/** The last stage as `residual`; the others only when their pictures were asked for. */
function residualLayers(work: Work, { tile }: PlannedTile, result: TileResult): Layer[] {
  const { context, job } = work;
  const { image, grid, manifest } = context;
  const shape = [tile.rect.h, tile.rect.w, 3];
  const last = result.stages.length - 1;
  return result.stages.flatMap(({ restored }, stage): Layer[] => {
    if (stage < last && job.request.stagesDir === null) return [];
    const name = stage === last ? 'residual' : `stage${stage + 1}`;
    const data = quantiseResidual(restored, image, grid, tile, manifest.image);
    return [{ name, type: 'int16', shape, data }];
  });
}

function mapLayers(request: RestoreRequest, result: TileResult): Layer[] {
  if (request.mapsDir === null) return [];
  return Object.entries(result.maps).map(([name, { data, channels, height, width }]) => {
    return { name, type: 'float32', shape: [channels, height, width], data };
  });
}

function announcePlan(host: JobHost, grid: Grid, plan: Plan, manifest: Manifest): void {
  host.emit({
    type: 'planned',
    width: grid.width,
    height: grid.height,
    stages: manifest.stages.map((stage) => stage.label),
    tileWidth: grid.tileWidth,
    tileHeight: grid.tileHeight,
    tiles: grid.tiles.map((tile) => tile.rect),
  });
  for (const { tile, reason } of plan.skipped) {
    host.emit({ type: 'tile-skipped', tile: tile.index, reason });
  }
}

async function writeOutput(
  request: RestoreRequest,
  photo: DecodedPhoto,
  mask: Uint8Array | null,
  grid: Grid,
  journal: Journal,
  host: JobHost,
  warn: (message: string) => void,
): Promise<string | null> {
  if (request.output === null) return null;
  host.emit({ type: 'encoding' });
  const { path, ...options } = request.output;
  const pixels = coloursFor(photo, options, path);
  // In place: a second copy of a large photo is what the memory bound cannot afford.
  const residuals = journalResiduals(journal, ['residual']);
  const { strength } = request;
  compose({ ...photo, data: pixels }, pixels, grid, residuals, { mask, strength });
  const encoded = await encodePhoto(photo, pixels, options, path);
  encoded.warnings.forEach(warn);
  return encoded.path;
}

function summarise(grid: Grid, journal: Journal, manifest: Manifest) {
  const records: readonly TileRecord[] = journal.records();
  const processed = records.filter((record) => record.skipped === null).length;
  const stages = manifest.stages.map(({ label }, stage) => ({
    label,
    ms: records.reduce((sum, record) => sum + (record.stageMs[stage] ?? 0), 0),
  }));
  return {
    tiles: { total: grid.tiles.length, processed, skipped: grid.tiles.length - processed },
    stages,
    inferenceMs: stages.reduce((sum, stage) => sum + stage.ms, 0),
  };
}

function shows({ stagesDir, mapsDir, previewDir }: RestoreRequest): boolean {
  return stagesDir !== null || mapsDir !== null || previewDir !== null;
}
