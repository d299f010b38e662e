/** Sums up a restoration: its state, the shares of its stages that are done, report, warnings. */
import type { StageTime } from '../../../shared/contracts/restore.js';
import { storedWarning, type WarningData } from '../../../shared/core/errors.js';
import { shareAbove } from '../../tiling/maps.js';
import type { RestorationReport, RestorationState } from '../protocol.js';
import type { OctaveTile } from './octave.js';
import { readMap } from './octave-maps.js';
import type { Restoration, Selection } from './restoration.js';

/** Returns the state of the selected tiles of a restoration. */
export function stateOf(restoration: Restoration, selection: Selection): RestorationState {
  const { done, total } = restoration.progress(selection);
  const complete = done === total;
  return {
    restoration: restoration.id,
    stages: restoration.stages,
    maps: restoration.maps,
    tile: restoration.tileSide,
    complete,
    blurredShare: complete ? blurredShare(restoration, selection) : null,
    version: restoration.version,
  };
}

/** Returns the share of each stage that is done, 0..1. */
export function stageShares(restoration: Restoration, selection: Selection): number[] {
  const tiles = restoration.selected(selection).filter(({ octave }) => octave.works);
  const isPyramid = restoration.manifest.pyramid !== undefined;
  return restoration.stages.map((_, i) => {
    const own = tiles.filter(
      ({ octave }) => !isPyramid || restoration.firstStage(octave) === i + 1,
    );
    const done = own.filter((tile) => restoration.isResolved(tile) || restoration.done(tile) > i);
    return own.length === 0 ? 1 : done.length / own.length;
  });
}

/** Returns counts and times, for reports of the command line. */
export function reportOf(
  restoration: Restoration,
  selection: Selection,
): Omit<RestorationReport, 'provider' | 'blur'> {
  const { manifest, store, tiles } = restoration;
  const selected = restoration.selected(selection);
  const total = tiles.filter(({ octave }) => octave.works).length;
  const isRestored = (tile: OctaveTile) =>
    restoration.isComputed(tile) && !restoration.isLeft(tile);
  const processed = selected.filter(isRestored).length;
  const times = selected.flatMap(({ key }) => store.times(key));
  const stages = restoration.stages.map((label, i): StageTime => {
    const own = times.filter(([stage]) => stage === i + 1);
    return { label, ms: own.reduce((sum, [, ms]) => sum + ms, 0) };
  });
  return { model: manifest.id, tiles: { total, processed, skipped: total - processed }, stages };
}

/** Returns a warning for each tile that was left unrestored. */
export function warningsOf({ tiles, store }: Restoration): WarningData[] {
  return tiles.flatMap(({ key }) => {
    const warning = store.latest(key)?.warning ?? null;
    return warning === null ? [] : storedWarning(warning);
  });
}

/**
 * Returns the share of the selected area that is blurred, 0..1: by the estimated blur, or by the
 * difficulty where a tile was computed, else by its sampled sharpness.
 */
export function blurredShare(restoration: Restoration, selection: Selection): number {
  restoration.wholeBlur();
  let blurred = 0;
  let total = 0;
  for (const tile of restoration.selected(selection)) {
    if (tile.octave !== restoration.full) continue;
    const { w, h } = tile.rect;
    total += w * h;
    blurred += w * h * blurredIn(restoration, tile);
  }
  return total === 0 ? 0 : blurred / total;
}

function blurredIn(restoration: Restoration, tile: OctaveTile): number {
  const { store, blur, grid, manifest } = restoration;
  if (restoration.need(tile) === 'sharp') return 0;
  const moved = blur.movedShare(tile.rect);
  if (moved !== null) return moved;
  if (store.latest(tile.key)?.skipped === 'low-difficulty') return 0;
  const map = readMap(store, tile, 'difficulty');
  const { difficulty } = manifest.skip;
  return map ? shareAbove(map, tile.tile, grid, difficulty) : restoration.smeared(tile);
}
