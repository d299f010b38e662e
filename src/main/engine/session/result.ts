/** A result: one plug-in with one set of hints and options on one photo, tile by tile. */
import { createHash } from 'node:crypto';
import { manifestMaps, type Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, SkipReason } from '../../../shared/contracts/restore.js';
import type { Residuals } from '../tiling/compose.js';
import { planGrid, type Grid, type Tile } from '../tiling/grid.js';
import { tileSide } from './job-settings.js';
import type { MapSource } from '../tiling/maps.js';
import { planTiles, rasteriseHints, type PlannedTile } from '../tiling/plan.js';
import type { RgbImage } from '../tiling/pixels.js';
import type { Recovery } from '../protocol.js';
import type { Sharpness } from '../blur/sharpness.js';
import type { ResultSpec } from './protocol.js';
import { shareAbove } from '../blur/difficulty.js';
import type { TileStore } from './tile-store.js';

/** One tile of the grid in a result. */
export interface ResultTile {
  readonly tile: Tile;
  /** What to do; null when the plan leaves the tile alone. */
  readonly planned: PlannedTile | null;
  /** In the store. */
  readonly key: string;
  readonly skipped: SkipReason | null;
  readonly smeared: number;
}

export interface ResultParts {
  readonly spec: ResultSpec;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  readonly image: RgbImage;
  readonly store: TileStore;
  /** How sharp the tiles of a grid are, remembered from result to result. */
  readonly judge: (grid: Grid, tile: Tile) => Sharpness;
}

export class Result implements MapSource {
  readonly spec: ResultSpec;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  readonly grid: Grid;
  readonly tiles: readonly ResultTile[];
  readonly stageCount: number;
  private readonly store: TileStore;

  constructor(
    readonly id: string,
    parts: ResultParts,
    /** Rises whenever pixels change. */
    public version: number,
  ) {
    const { spec, manifest, recovery, image } = parts;
    this.spec = spec;
    this.manifest = manifest;
    this.recovery = recovery;
    const side = tileSide(spec, recovery, manifest);
    const grid = planGrid(image.width, image.height, manifest.tile, side);
    const judge = (tile: Tile) => parts.judge(grid, tile);
    const { inputs } = manifest;
    const all = { budget: 1, mask: null, idle: false };
    const plan = planTiles(image, grid, { ...spec, ...all, inputs, judge });
    const work = new Map(plan.work.map((planned) => [planned.tile.index, planned]));
    const left = new Map(plan.skipped.map((entry) => [entry.tile.index, entry]));
    this.grid = grid;
    this.store = parts.store;
    this.stageCount = manifest.stages.length;
    this.tiles = grid.tiles.map((tile) => {
      const planned = work.get(tile.index) ?? null;
      return {
        tile,
        planned,
        key: planned === null ? '' : tileKey(spec, manifest, grid, planned),
        skipped: left.get(tile.index)?.reason ?? null,
        smeared: planned?.smeared ?? left.get(tile.index)?.smeared ?? 0,
      };
    });
  }

  get stages(): string[] {
    return this.manifest.stages.map((stage) => stage.label);
  }

  /** Longest side of its tiles. */
  get tileSide(): number {
    return Math.max(this.grid.tileWidth, this.grid.tileHeight);
  }

  get maps(): string[] {
    return manifestMaps(this.manifest);
  }

  /** Stages that a tile has. */
  done(index: number): number {
    return this.store.stages(this.tiles[index]?.key ?? '');
  }

  /** Tiles that the plan leaves alone are finished from the start. */
  finished(index: number): boolean {
    const tile = this.tiles[index];
    return tile?.planned ? this.store.latest(tile.key)?.last === true : true;
  }

  /** Gives up what is known of tiles on which nothing worked, so that they are tried again; tells which. */
  forgetFailed(): number[] {
    return this.tiles.flatMap(({ tile, key }) => {
      if (this.store.latest(key)?.skipped !== 'failed') return [];
      this.store.forget(key);
      this.version++;
      return [tile.index];
    });
  }

  /** The network looked at it, or tried to, and it stays as the photo is. */
  isLeft(index: number): boolean {
    return (this.store.latest(this.tiles[index]?.key ?? '')?.skipped ?? null) !== null;
  }

  /** Tiles that have or had something to do, and how many of them are finished. */
  progress(): { readonly done: number; readonly total: number } {
    const work = this.tiles.filter(({ planned }) => planned !== null);
    return {
      done: work.filter(({ tile }) => this.finished(tile.index)).length,
      total: work.length,
    };
  }

  /** What was left as it was, and why. */
  warnings(): string[] {
    return this.tiles.flatMap(({ key }) => this.store.latest(key)?.warning ?? []);
  }

  residuals(stage: number): Residuals {
    return { residual: (tile) => this.store.residual(this.tiles[tile]?.key ?? '', stage) };
  }

  read(tile: number, name: Parameters<MapSource['read']>[1]): ReturnType<MapSource['read']> {
    return this.store.map(this.tiles[tile]?.key ?? '', name);
  }

  /**
   * Share of the photo that is blurred, 0..1: by the first stage's difficulty map where a tile was worked on (cells in which
   * more error was expected than a tile may have that is left alone), else by the sharpness judgement.
   */
  blurredShare(): number {
    let blurred = 0;
    let total = 0;
    for (const entry of this.tiles) {
      const { w, h } = entry.tile.rect;
      total += w * h;
      blurred += w * h * this.blurredIn(entry);
    }
    return total === 0 ? 0 : blurred / total;
  }

  private blurredIn({ tile, key, skipped, smeared }: ResultTile): number {
    if (skipped !== null || this.store.latest(key)?.skipped === 'low-difficulty') return 0;
    const map = this.store.map(key, 'difficulty');
    return map ? shareAbove(map, tile, this.grid, this.manifest.skip.difficulty) : smeared;
  }
}

/** The same settings give the same result, also in another process. */
export function resultId(spec: ResultSpec, manifest: Manifest): string {
  return `r-${hash(JSON.stringify([pluginIdentity(manifest), spec])).slice(0, 20)}`;
}

/**
 * All that a tile's pixels depend on: the network, how it is run, the tile's place in the grid, its own hints, copies and budget.
 * Hints elsewhere reach it only through the budget, which moves in coarse steps (see plan.ts).
 */
function tileKey(spec: ResultSpec, manifest: Manifest, grid: Grid, planned: PlannedTile): string {
  const { tile, budget, hinted, copies } = planned;
  const hints = rasteriseHints(tile, grid, spec.rois, manifest);
  const parts = [
    [pluginIdentity(manifest), spec.provider, spec.skip],
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
