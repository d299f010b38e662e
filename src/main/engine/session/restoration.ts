/** Plan and finished tiles of one plug-in with one set of hints and options on one photo. */
import { manifestMaps, type Manifest } from '../../../shared/contracts/manifest.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { Size } from '../../../shared/core/geometry.js';
import { BlurField } from '../../blur/blur-field.js';
import { Fade, fadeReach } from '../../blur/fade.js';
import type { Sharpness } from '../../blur/sharpness.js';
import { Grain } from '../../grain/grain.js';
import type { Noise } from '../../grain/noise.js';
import type { Residuals } from '../../tiling/compose.js';
import type { Grid } from '../../tiling/grid.js';
import { MAP_NAMES, type MapName, type MapSource, type OutputMap } from '../../tiling/maps.js';
import type { Recovery, RestorationSettings, StageChoice } from '../protocol.js';
import type { Touches } from './coverage.js';
import { DerivedTiles } from './derived-tiles.js';
import type { ChangeView, Octave, OctaveTile } from './octave.js';
import { ALWAYS, neededWork, type Need } from './needed-work.js';
import { readMap } from './octave-maps.js';
import { planOctaves, stageLabels } from './plan-octaves.js';
import type { TileStore } from './tile-store.js';

interface RestorationParts {
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
  readonly isGuided: boolean;
  readonly store: TileStore;
  private grainMade: Grain | null | undefined;
  private readonly needs = new Map<number, Need>();
  private readonly estimated = new Set<number>();
  private readonly fade: Fade;
  private readonly fadedTiles = new DerivedTiles();

  constructor(
    readonly id: string,
    private readonly parts: RestorationParts,
    /** Rises whenever pixels change. */
    public version: number,
  ) {
    this.settings = parts.settings;
    this.manifest = parts.manifest;
    this.recovery = parts.recovery;
    this.store = parts.store;
    this.guide = parts.guide;
    this.isGuided = parts.guide !== null;
    this.blur = parts.guide?.blur ?? new BlurField();
    this.fade = new Fade(this.blur, parts.size);
    this.octaves = planOctaves(parts.size, this);
    this.tiles = this.octaves.flatMap(({ tiles }) => tiles);
    this.stages = stageLabels(this.octaves, parts.manifest);
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
    const need = neededWork(tile, this, () => this.parts.sharpnessOf(tile.rect));
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
    return this.parts.sharpnessOf(rect).smeared;
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
    this.fade.note(this.blur.add(octave.number, octave.grid, tile, extent, kind));
  }

  /** Discards failed tiles, so that they are tried again; returns them. */
  forgetFailed(): OctaveTile[] {
    const failed = this.tiles.filter(({ key }) => this.store.latest(key)?.skipped === 'failed');
    for (const { key } of failed) this.store.forget(key);
    if (failed.length > 0) this.needs.clear();
    for (const tile of failed) this.changed(tile);
    return failed;
  }

  /** Notes that a tile has changed, or the blur that it estimates. */
  changed({ rect }: OctaveTile): void {
    this.version++;
    const part = fadeReach(rect);
    for (const octave of this.octaves) octave.changed(part);
    this.fadedTiles.forget(part);
  }

  /** Counts the selected tiles, and those of them for which nothing is left to compute. */
  progress(selection: Selection): { readonly done: number; readonly total: number } {
    const tiles = this.selected(selection).filter(({ octave }) => octave.works);
    return { done: tiles.filter((tile) => this.isResolved(tile)).length, total: tiles.length };
  }

  /**
   * Returns the change of an octave after a stage: its own tiles, elsewhere coarser ones; faded
   * where the photo is soft without motion; at the full size with grain.
   */
  residuals(stage: StageChoice, octave = 0): Residuals {
    const own = this.octaves[octave]!;
    const whole = own.residuals(this.view(stage), octave === 0 ? this.grain : null);
    if (!this.settings.skip || this.wholeBlur() === null) return whole;
    const residual = (index: number): Int16Array | null => {
      const tile = own.tiles[index]!;
      return this.fadedTiles.get(tile, stage, () => {
        const change = whole.residual(index);
        if (change === null || tile.hinted) return change;
        return this.fade.apply(change, tile.tile.rect, octave);
      });
    };
    return { ...whole, residual };
  }

  /** Grain to add to its tiles of the full size; made when their pixels are first read. */
  private get grain(): Grain | null {
    if (!this.full.tiles.some((tile) => this.done(tile) > 0)) return null;
    if (this.grainMade === undefined) {
      const { grain } = this.settings;
      const noise = grain === 0 ? null : this.parts.noise();
      this.grainMade = noise && new Grain(noise, grain);
    }
    return this.grainMade;
  }

  /** Returns its present state as the octaves read it. */
  view(stage: StageChoice): ChangeView {
    const isSharp = (tile: OctaveTile) => this.need(tile) === 'sharp';
    return { stage, isSharp };
  }

  /** Returns the number of the first stage of an octave's tiles. */
  firstStage({ number }: Octave): number {
    if (this.manifest.pyramid === undefined) return 1;
    return this.octaves.length - number;
  }

  read(index: number, name: OutputMap): ReturnType<MapSource['read']> {
    return readMap(this.store, this.full.tiles[index]!, name);
  }

  /** Returns the tiles of a selection, in the order of `tiles`. */
  selected(selection: Selection): readonly OctaveTile[] {
    if (selection === null) return this.tiles;
    return this.tiles.filter(({ index }) => selection.has(index));
  }
}
