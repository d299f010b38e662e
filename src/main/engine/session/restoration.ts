/** Plan and finished tiles of one plug-in with one set of hints and options on one photo. */
import { createHash } from 'node:crypto';
import { manifestMaps, type Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, StageTime } from '../../../shared/contracts/restore.js';
import type { Sharpness } from '../blur/sharpness.js';
import type { Recovery, RestorationReport, RestorationSettings, StageChoice } from '../protocol.js';
import type { Residuals } from '../tiling/compose.js';
import { planGrid, type Grid, type Tile } from '../tiling/grid.js';
import { MAP_NAMES, shareAbove, type MapName, type MapSource } from '../tiling/maps.js';
import type { RgbImage } from '../tiling/pixels.js';
import { planTiles, rasteriseHints, type PlannedTile, type TilePlan } from '../tiling/plan.js';
import type { Touches } from './coverage.js';
import type { TileStore } from './tile-store.js';
import { storedWarning, type WarningData } from '../../../shared/core/errors.js';

/** One tile of the grid in a restoration. */
export interface RestorationTile {
  readonly tile: Tile;
  /** Work to do; `null` = the tile is sharp and stays as it is. */
  readonly planned: PlannedTile | null;
  /** Key in the store. */
  readonly key: string;
  /** Share of the tile's sampled patches that look smeared, 0..1. */
  readonly smeared: number;
}

export interface RestorationParts {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  readonly image: RgbImage;
  readonly store: TileStore;
  /** Returns a tile's sampled sharpness. */
  readonly sharpnessOf: (grid: Grid, tile: Tile) => Sharpness;
}

/** Indices of the tiles that the mask touches; `null` = all. */
export type Selection = ReadonlySet<number> | null;

export class Restoration implements MapSource {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  readonly grid: Grid;
  readonly tiles: readonly RestorationTile[];
  private readonly store: TileStore;

  constructor(
    readonly id: string,
    parts: RestorationParts,
    /** Rises whenever pixels change. */
    public version: number,
  ) {
    const { settings, manifest, recovery, image, store, sharpnessOf } = parts;
    this.settings = settings;
    this.manifest = manifest;
    this.recovery = recovery;
    this.store = store;
    const side = tileSide(settings, recovery, manifest);
    this.grid = planGrid(image.width, image.height, manifest.tile, side);
    this.tiles = planTiles(this.grid, settings, manifest.inputs).map((plan) => {
      const { tile, hint } = plan;
      const key = tileKey(settings, manifest, this.grid, plan);
      // Sampled when it is needed: a small mask needs few tiles.
      const sharpness = () => sharpnessOf(this.grid, tile);
      return {
        tile,
        key,
        get planned() {
          const { sharp, smeared } = sharpness();
          return settings.skip && sharp && hint === 0 ? null : { ...plan, smeared };
        },
        get smeared() {
          return sharpness().smeared;
        },
      };
    });
  }

  get stages(): string[] {
    return this.manifest.stages.map((stage) => stage.label);
  }

  /** Longest side of its tiles in pixels. */
  get tileSide(): number {
    return Math.max(this.grid.tileWidth, this.grid.tileHeight);
  }

  /** Maps that its plug-in outputs. */
  get maps(): MapName[] {
    const names = manifestMaps(this.manifest);
    return MAP_NAMES.filter((name) => names.includes(name));
  }

  /** Returns the tiles that have pixels inside the mask. */
  select(touches: Touches | null): Selection {
    if (touches === null) return null;
    const touched = this.tiles.filter(({ tile }) => touches(tile.rect));
    return new Set(touched.map(({ tile }) => tile.index));
  }

  /** Returns the number of stored stages of a tile. */
  done(index: number): number {
    return this.store.stages(this.tiles[index]?.key ?? '');
  }

  /** Returns whether a tile needs no further stage; sharp tiles never do. */
  finished(index: number): boolean {
    const tile = this.tiles[index];
    return tile?.planned ? this.store.latest(tile.key)?.last === true : true;
  }

  /** Returns whether a tile was run and keeps the photo's pixels. */
  isLeft(index: number): boolean {
    return (this.store.latest(this.tiles[index]?.key ?? '')?.skipped ?? null) !== null;
  }

  /** Discards failed tiles, so that they are tried again; returns their indices. */
  forgetFailed(): number[] {
    return this.tiles.flatMap(({ tile, key }) => {
      if (this.store.latest(key)?.skipped !== 'failed') return [];
      this.store.forget(key);
      this.version++;
      return [tile.index];
    });
  }

  /** Counts the selected tiles with work, and those of them that are finished. */
  progress(selection: Selection): { readonly done: number; readonly total: number } {
    const work = this.selected(selection).filter(({ planned }) => planned !== null);
    return {
      done: work.filter(({ tile }) => this.finished(tile.index)).length,
      total: work.length,
    };
  }

  /** Returns a warning for each tile that was left unrestored. */
  warnings(): WarningData[] {
    return this.tiles.flatMap(({ key }) => {
      const warning = this.store.latest(key)?.warning ?? null;
      return warning === null ? [] : storedWarning(warning);
    });
  }

  /** Returns whether a tile has values of a map. */
  has(tile: number, name: MapName): boolean {
    return this.store.hasMap(this.tiles[tile]?.key ?? '', name);
  }

  /** Returns the stored residuals of a stage, or of the nearest earlier one. */
  residuals(stage: StageChoice): Residuals {
    return { residual: (tile) => this.store.residual(this.tiles[tile]?.key ?? '', stage) };
  }

  read(tile: number, name: MapName): ReturnType<MapSource['read']> {
    return this.store.map(this.tiles[tile]?.key ?? '', name);
  }

  /**
   * Returns the share of the selected area that is blurred, 0..1: by the first stage's difficulty
   * where a tile was computed, else by its sampled sharpness.
   */
  blurredShare(selection: Selection): number {
    let blurred = 0;
    let total = 0;
    for (const entry of this.selected(selection)) {
      const { w, h } = entry.tile.rect;
      total += w * h;
      blurred += w * h * this.blurredIn(entry);
    }
    return total === 0 ? 0 : blurred / total;
  }

  /** Returns counts and times, for reports of the command line. */
  report(selection: Selection): Omit<RestorationReport, 'provider'> {
    const total = this.tiles.length;
    const processed = this.selected(selection).filter(
      ({ key, planned }) => planned !== null && this.store.latest(key)?.skipped === null,
    );
    const times = this.selected(selection).flatMap(({ key }) => this.store.times(key));
    const stages = this.stages.map((label, i): StageTime => {
      const own = times.filter(([stage]) => stage === i + 1);
      return { label, ms: own.reduce((sum, [, ms]) => sum + ms, 0) };
    });
    const count = processed.length;
    const tiles = { total, processed: count, skipped: total - count };
    return { model: this.manifest.id, tiles, stages };
  }

  /** Returns the tiles of a selection, in the order of the grid. */
  selected(selection: Selection): readonly RestorationTile[] {
    if (selection === null) return this.tiles;
    return this.tiles.filter(({ tile }) => selection.has(tile.index));
  }

  private blurredIn({ tile, key, planned, smeared }: RestorationTile): number {
    if (planned === null || this.store.latest(key)?.skipped === 'low-difficulty') return 0;
    const map = this.store.map(key, 'difficulty');
    return map ? shareAbove(map, tile, this.grid, this.manifest.skip.difficulty) : smeared;
  }
}

/** Returns an id that is the same for the same settings, also in another process. */
export function restorationId(settings: RestorationSettings, manifest: Manifest): string {
  return `r-${hash(JSON.stringify([pluginIdentity(manifest), settings])).slice(0, 20)}`;
}

/** Returns the side of a tile in pixels; smaller after the runtime ran out of memory. */
function tileSide(
  { tile, selfEnsemble }: RestorationSettings,
  { maxTile }: Recovery,
  manifest: Manifest,
): number | 'auto' {
  // Turned copies keep the padded shape only if it is square.
  const side = tile === 'auto' && selfEnsemble ? manifest.tile.preferred : tile;
  if (maxTile === null) return side;
  return side === 'auto' ? maxTile : Math.min(side, maxTile);
}

/**
 * Hashes everything that a tile's pixels depend on: the network and how it runs, the tile's place
 * in the grid, its own hints, copies and budget. Distant hints reach it through the budget alone,
 * which moves in coarse steps (see plan.ts).
 */
function tileKey(
  settings: RestorationSettings,
  manifest: Manifest,
  grid: Grid,
  planned: TilePlan,
): string {
  const { tile, budget, hinted, copies } = planned;
  const hints = rasteriseHints(tile, grid, settings.rois, manifest);
  const parts = [
    [pluginIdentity(manifest), settings.provider, settings.skip],
    [grid.tileWidth, grid.tileHeight, tile.x, tile.y, rectOf(tile.rect)],
    [budget.toFixed(4), hinted, copies, hints === null ? null : hash(new Uint8Array(hints.buffer))],
  ];
  return hash(JSON.stringify(parts)).slice(0, 32);
}

function pluginIdentity({ id, version, stages }: Manifest): unknown {
  return [id, version, stages.map(({ file, sha256 }) => sha256 ?? file)];
}

function rectOf({ x, y, w, h }: Rect): number[] {
  return [x, y, w, h];
}

function hash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
