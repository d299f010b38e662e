/** Plan and finished tiles of one plug-in with one set of hints and options on one photo. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { manifestMaps, type Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect, RoiHint, StageTime } from '../../../shared/contracts/restore.js';
import type { Size } from '../../../shared/core/geometry.js';
import { storedWarning, type WarningData } from '../../../shared/core/errors.js';
import { BlurField } from '../../blur/blur-field.js';
import { faded } from '../../blur/fade.js';
import type { Sharpness } from '../../blur/sharpness.js';
import { Grain } from '../../grain/grain.js';
import type { Noise } from '../../grain/noise.js';
import type { Recovery, RestorationReport, RestorationSettings, StageChoice } from '../protocol.js';
import type { Residuals } from '../../tiling/compose.js';
import type { Grid } from '../../tiling/grid.js';
import {
  MAP_NAMES,
  shareAbove,
  type MapName,
  type MapSource,
  type OutputMap,
} from '../../tiling/maps.js';
import { rasteriseHints, type TilePlan } from '../../tiling/plan.js';
import type { Touches } from './coverage.js';
import { KEPT, type ChangeView, type Octave, type OctaveTile } from './octave.js';
import { ALWAYS, neededWork, type Need } from './needed-work.js';
import { hasMap, readMap } from './octave-maps.js';
import { planOctaves, stageLabels, type OctaveParts } from './plan-octaves.js';
import type { TileStore } from './tile-store.js';

export interface RestorationParts {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  /** Size of the photo in pixels. */
  readonly size: Size;
  readonly store: TileStore;
  /** Restoration whose coarse octaves estimate the blur for this one; `null` = none. */
  readonly guide: Restoration | null;
  /** Returns the sampled sharpness of a part of the photo. */
  readonly sharpnessOf: (rect: Rect) => Sharpness;
  /** Returns the noise of the photo; `null` = none. */
  readonly noise: () => Noise | null;
}

/** Tiles of all octaves that a mask needs, by index; `null` = all. */
export type Selection = ReadonlySet<number> | null;

export class Restoration implements MapSource {
  readonly settings: RestorationSettings;
  readonly manifest: Manifest;
  readonly recovery: Recovery;
  /** Labels of the stages. */
  readonly stages: readonly string[];
  /** Octaves of the photo, the full size first. */
  readonly octaves: readonly Octave[];
  /** Tiles of all octaves, the full size first. */
  readonly tiles: readonly OctaveTile[];
  /** Blur as far as it has been estimated. */
  readonly blur: BlurField;
  readonly guide: Restoration | null;
  private readonly store: TileStore;
  private readonly sharpnessOf: RestorationParts['sharpnessOf'];
  private readonly noise: RestorationParts['noise'];
  private grainMade: Grain | null | undefined;
  private readonly needs = new Map<number, Need>();
  private readonly estimated = new Set<number>();
  private readonly fadedTiles = new LRUCache<string, Int16Array>({ max: KEPT });

  constructor(
    readonly id: string,
    parts: RestorationParts,
    /** Rises whenever pixels change. */
    public version: number,
  ) {
    const { settings, manifest, recovery, store, sharpnessOf, noise, size, guide } = parts;
    this.guide = guide;
    this.blur = guide?.blur ?? new BlurField();
    this.settings = settings;
    this.manifest = manifest;
    this.recovery = recovery;
    this.store = store;
    this.sharpnessOf = sharpnessOf;
    this.noise = noise;
    const key: OctaveParts['key'] = (...place) => tileKey(settings, manifest, ...place);
    this.octaves = planOctaves(size, {
      settings,
      manifest,
      recovery,
      store,
      key,
      isGuided: guide !== null,
    });
    this.tiles = this.octaves.flatMap(({ tiles }) => tiles);
    this.stages = stageLabels(this.octaves, manifest);
  }

  /** The photo's full size. */
  get full(): Octave {
    return this.octaves[0]!;
  }

  get grid(): Grid {
    return this.full.grid;
  }

  /** Longest side of its tiles in pixels. */
  get tileSide(): number {
    return Math.max(this.grid.tileWidth, this.grid.tileHeight);
  }

  /** Octaves from this one on are small and computed for the whole photo first. */
  get wholeFrom(): number {
    const side = ({ size }: Octave) => Math.max(size.width, size.height);
    const small = this.octaves.filter((octave) => octave.number > 0 && side(octave) <= ALWAYS);
    return small[0]?.number ?? Infinity;
  }

  get isGuided(): boolean {
    return this.guide !== null;
  }

  /** Tiles that estimate the blur of the whole photo at little cost, the coarsest first. */
  get coarseTiles(): readonly OctaveTile[] {
    return this.tiles.filter(({ octave }) => octave.number >= this.wholeFrom).reverse();
  }

  /** Returns whether the blur of the whole photo has been estimated, and reads what is stored. */
  readBlur(): boolean {
    const tiles = this.coarseTiles;
    if (!tiles.every((tile) => this.isComputed(tile))) return false;
    tiles.forEach((tile) => this.noteBlur(tile));
    return true;
  }

  /** Maps that its plug-in outputs. */
  get maps(): MapName[] {
    const names = manifestMaps(this.manifest);
    return MAP_NAMES.filter((name) => names.includes(name));
  }

  /** Returns the tiles that have pixels inside the mask, and the coarser ones that they need. */
  select(touches: Touches | null): Selection {
    if (touches === null) return null;
    const selected = new Set<number>();
    const add = (tile: OctaveTile): void => {
      if (selected.has(tile.index)) return;
      selected.add(tile.index);
      tile.octave.dependencies(tile).forEach(add);
    };
    this.full.tiles.filter(({ rect }) => touches(rect)).forEach(add);
    return selected;
  }

  /** Returns the work that a tile needs; `null` = its coarser tiles must be computed first. */
  need(tile: OctaveTile): Need | null {
    const known = this.needs.get(tile.index);
    if (known !== undefined) return known;
    if (!tile.octave.works) return 'coarser';
    if (this.guide?.readBlur() === false) return null;
    if (!this.dependencies(tile).every((one) => this.isResolved(one))) return null;
    const need = neededWork(tile, this, this.sharpnessOf(tile.rect));
    this.needs.set(tile.index, need);
    return need;
  }

  /** Returns whether nothing is left to compute for a tile. */
  isResolved(tile: OctaveTile): boolean {
    const need = this.need(tile);
    return need !== null && (need !== 'compute' || this.isComputed(tile));
  }

  /** Returns the coarser tiles that must be resolved before a tile is computed. */
  dependencies(tile: OctaveTile): readonly OctaveTile[] {
    return this.manifest.pyramid === undefined ? [] : tile.octave.dependencies(tile);
  }

  /** Share of a tile's sampled patches that look smeared, 0..1. */
  smeared({ rect }: OctaveTile): number {
    return this.sharpnessOf(rect).smeared;
  }

  isComputed({ key }: OctaveTile): boolean {
    return this.store.latest(key)?.last === true;
  }

  /** Returns the number of the last stored stage of a tile; 0 = none. */
  done({ key }: OctaveTile): number {
    return this.store.stages(key);
  }

  /** Returns whether a tile was run and keeps the photo's pixels. */
  isLeft({ key }: OctaveTile): boolean {
    return (this.store.latest(key)?.skipped ?? null) !== null;
  }

  /** Returns the blur by the estimates of all computed tiles; `null` if the plug-in makes none. */
  wholeBlur(): BlurField | null {
    if (!this.maps.includes('blur')) return null;
    for (const tile of this.tiles) if (this.done(tile) > 0) this.noteBlur(tile);
    return this.blur;
  }

  /** Reads the blur that a computed tile has estimated. */
  noteBlur({ key, index, octave, tile }: OctaveTile): void {
    if (this.estimated.has(index)) return;
    const [extent, kind] = [this.store.map(key, 'extent'), this.store.map(key, 'kind')];
    if (extent === undefined || kind === undefined) return;
    this.estimated.add(index);
    this.blur.add(octave.number, octave.grid, tile, extent, kind);
  }

  /** Discards failed tiles, so that they are tried again; returns them. */
  forgetFailed(): OctaveTile[] {
    const failed = this.tiles.filter(({ key }) => this.store.latest(key)?.skipped === 'failed');
    for (const { key } of failed) this.store.forget(key);
    if (failed.length > 0) {
      this.needs.clear();
      this.version++;
    }
    return failed;
  }

  /** Counts the selected tiles, and those of them for which nothing is left to compute. */
  progress(selection: Selection): { readonly done: number; readonly total: number } {
    const tiles = this.selected(selection).filter(({ octave }) => octave.works);
    return { done: tiles.filter((tile) => this.isResolved(tile)).length, total: tiles.length };
  }

  /** Returns the share of each stage that is done, 0..1. */
  stageShares(selection: Selection): number[] {
    const tiles = this.selected(selection).filter(({ octave }) => octave.works);
    const isPyramid = this.manifest.pyramid !== undefined;
    return this.stages.map((_, i) => {
      const own = tiles.filter(({ octave }) => !isPyramid || this.firstStage(octave) === i + 1);
      const done = own.filter((tile) => this.isResolved(tile) || this.done(tile) > i);
      return own.length === 0 ? 1 : done.length / own.length;
    });
  }

  /** Returns a warning for each tile that was left unrestored. */
  warnings(): WarningData[] {
    return this.tiles.flatMap(({ key }) => {
      const warning = this.store.latest(key)?.warning ?? null;
      return warning === null ? [] : storedWarning(warning);
    });
  }

  /**
   * Returns the change of an octave after a stage: its own tiles, elsewhere coarser ones; faded
   * where the photo is soft without motion; at the full size with grain.
   */
  residuals(stage: StageChoice, octave = 0): Residuals {
    const own = this.octaves[octave]!;
    const whole = own.residuals(this.view(stage), octave === 0 ? this.grain : null);
    const field = this.settings.skip ? this.wholeBlur() : null;
    if (field === null) return whole;
    const residual = (index: number): Int16Array | null => {
      const name = `${octave} ${index} ${this.version} ${stage}`;
      const known = this.fadedTiles.get(name);
      if (known !== undefined) return known;
      const change = whole.residual(index);
      const { tile, hinted } = own.tiles[index]!;
      if (change === null || hinted) return change;
      const left = faded(change, tile.rect, octave, field, this.full.size);
      if (left !== null && left !== change) this.fadedTiles.set(name, left);
      return left;
    };
    return { ...whole, residual };
  }

  /** Grain to add to its tiles; made when their pixels are first read. */
  private get grain(): Grain | null {
    if (this.grainMade === undefined) {
      const { grain } = this.settings;
      const noise = grain === 0 ? null : this.noise();
      this.grainMade = noise && new Grain(noise, grain);
    }
    return this.grainMade;
  }

  /** Returns its present state as the octaves read it. */
  view(stage: StageChoice): ChangeView {
    const isSharp = (tile: OctaveTile) => this.need(tile) === 'sharp';
    return { stage, version: this.version, isSharp };
  }

  /** Returns the number of the first stage of an octave's tiles. */
  firstStage({ number }: Octave): number {
    if (this.manifest.pyramid === undefined) return 1;
    return this.octaves.length - number;
  }

  /** Returns whether a tile of the full size has values of a map. */
  has(index: number, name: OutputMap): boolean {
    return hasMap(this.store, this.full.tiles[index]!, name);
  }

  read(index: number, name: OutputMap): ReturnType<MapSource['read']> {
    return readMap(this.store, this.full.tiles[index]!, name);
  }

  /**
   * Returns the share of the selected area that is blurred, 0..1: by the estimated blur, or by the
   * difficulty where a tile was computed, else by its sampled sharpness.
   */
  blurredShare(selection: Selection): number {
    this.wholeBlur();
    let blurred = 0;
    let total = 0;
    for (const tile of this.selected(selection)) {
      if (tile.octave !== this.full) continue;
      const { w, h } = tile.rect;
      total += w * h;
      blurred += w * h * this.blurredIn(tile);
    }
    return total === 0 ? 0 : blurred / total;
  }

  /** Returns counts and times, for reports of the command line. */
  report(selection: Selection): Omit<RestorationReport, 'provider' | 'blur'> {
    const selected = this.selected(selection);
    const total = this.tiles.filter(({ octave }) => octave.works).length;
    const processed = selected.filter((tile) => this.isComputed(tile) && !this.isLeft(tile)).length;
    const times = selected.flatMap(({ key }) => this.store.times(key));
    const stages = this.stages.map((label, i): StageTime => {
      const own = times.filter(([stage]) => stage === i + 1);
      return { label, ms: own.reduce((sum, [, ms]) => sum + ms, 0) };
    });
    const tiles = { total, processed, skipped: total - processed };
    return { model: this.manifest.id, tiles, stages };
  }

  /** Returns the tiles of a selection, in the order of `tiles`. */
  selected(selection: Selection): readonly OctaveTile[] {
    if (selection === null) return this.tiles;
    return this.tiles.filter(({ index }) => selection.has(index));
  }

  private blurredIn(tile: OctaveTile): number {
    if (this.need(tile) === 'sharp') return 0;
    const moved = this.blur.movedShare(tile.rect);
    if (moved !== null) return moved;
    if (this.store.latest(tile.key)?.skipped === 'low-difficulty') return 0;
    const map = readMap(this.store, tile, 'difficulty');
    const { difficulty } = this.manifest.skip;
    return map ? shareAbove(map, tile.tile, this.grid, difficulty) : this.smeared(tile);
  }
}

/** Returns an id that is the same for the same settings, also in another process. */
export function restorationId(settings: RestorationSettings, manifest: Manifest): string {
  return `r-${hash(JSON.stringify([pluginIdentity(manifest), settings])).slice(0, 20)}`;
}

/**
 * Hashes everything that a tile's pixels depend on: the network and how it runs, the tile's place
 * in its octave, its own hints, copies and budget. `full` computes octaves that `auto` leaves out,
 * and guesses depend on them. Distant hints reach it through the budget alone,
 * which moves in coarse steps (see plan.ts).
 */
function tileKey(
  settings: RestorationSettings,
  manifest: Manifest,
  grid: Grid,
  { tile, budget, hinted, copies }: TilePlan,
  rois: readonly RoiHint[],
): string {
  const hints = rasteriseHints(tile, grid, rois, manifest);
  const parts = [
    [pluginIdentity(manifest), settings.provider, settings.skip, settings.selfEnsemble],
    manifest.pyramid !== undefined && settings.workAt === 'full',
    [grid.width, grid.height, grid.tileWidth, grid.tileHeight, tile.x, tile.y, rectOf(tile.rect)],
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
