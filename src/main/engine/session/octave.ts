/**
 * One octave of a restoration: the photo halved `number` times, its tiles, and the change of the
 * photo that they make. Where an octave has no result, the enlarged change of the coarser one
 * applies.
 */
import type { Rect } from '../../../shared/contracts/restore.js';
import { overlaps, type Size } from '../../../shared/core/geometry.js';
import type { Grain } from '../../grain/grain.js';
import { changeOver, type Residuals } from '../../tiling/compose.js';
import { coarserWindow, enlargeChange, type Change } from '../../tiling/enlarge.js';
import type { Grid, Tile } from '../../tiling/grid.js';
import { RESIDUAL_SCALE } from '../../tiling/pixels.js';
import type { TilePlan } from '../../tiling/plan.js';
import type { StageChoice } from '../protocol.js';
import { DerivedTiles } from './derived-tiles.js';
import type { TileStore } from './tile-store.js';

/** A tile of one octave. */
export interface OctaveTile extends TilePlan {
  /** Number among the tiles of all octaves; `tile.index` counts within the octave. */
  readonly index: number;
  readonly octave: Octave;
  /** Pixels of the photo to which the tile contributes. */
  readonly rect: Rect;
  /** Key in the store. */
  readonly key: string;
}

export class Octave {
  readonly size: Size;
  /** Set once, when the restoration has planned them. */
  tiles: readonly OctaveTile[] = [];
  private readonly enlarged = new DerivedTiles();

  constructor(
    readonly number: number,
    readonly grid: Grid,
    /** Whether the network works at this octave at all. */
    readonly works: boolean,
    /** Next coarser octave; `null` = this is the coarsest. */
    readonly coarser: Octave | null,
    private readonly store: TileStore,
  ) {
    this.size = { width: grid.width, height: grid.height };
  }

  /** Returns the part of a padded tile that lies inside the octave. */
  private inside({ x, y }: Pick<Tile, 'x' | 'y'>): Rect {
    const { grid } = this;
    const w = Math.min(grid.tileWidth, grid.width - x);
    return { x, y, w, h: Math.min(grid.tileHeight, grid.height - y) };
  }

  /** Returns the coarser tiles on which the guess of a tile depends. */
  dependencies({ tile }: OctaveTile): readonly OctaveTile[] {
    const { coarser } = this;
    if (coarser === null) return [];
    const window = coarserWindow(this.inside(tile), coarser.size);
    return coarser.tiles.filter((one) => overlaps(one.tile.rect, window));
  }

  /** Returns the change of the coarser octave that the guess of a tile contains. */
  changeBelow({ tile }: OctaveTile, view: ChangeView): Change | null {
    const { coarser } = this;
    if (coarser === null) return null;
    const window = coarserWindow(this.inside(tile), coarser.size);
    return changeOver(coarser.grid, coarser.residuals(view), window);
  }

  /**
   * Returns the residuals of all tiles, the enlarged change where a tile has no result. An enlarged
   * change keeps the photo's grain; only tiles of this octave get some.
   */
  residuals(view: ChangeView, grain: Grain | null = null): Residuals {
    const removed = (index: number, residual: Int16Array) => {
      const { key, rect } = this.tiles[index]!;
      if (!this.store.has(key, view.stage)) return null;
      return grain!.removedBy(residual, rect.w, RESIDUAL_SCALE);
    };
    return {
      grain: grain === null ? undefined : { grain, removed },
      residual: (index) => {
        const tile = this.tiles[index]!;
        if (this.store.has(tile.key, view.stage)) return this.store.residual(tile.key, view.stage);
        return view.isSharp(tile) ? null : this.enlargedOver(tile, view);
      },
    };
  }

  /** Notes that pixels have changed in a part of the photo. */
  changed(part: Rect): void {
    this.enlarged.forget(part);
  }

  private enlargedOver(own: OctaveTile, view: ChangeView): Int16Array | null {
    const { coarser } = this;
    if (coarser === null) return null;
    const { rect } = own.tile;
    return this.enlarged.get(own, view.stage, () => {
      const window = coarserWindow(rect, coarser.size);
      const change = changeOver(coarser.grid, coarser.residuals(view), window);
      return change && enlargeChange(change, rect, coarser.size);
    });
  }
}

/** State of a restoration whose change is read. */
export interface ChangeView {
  readonly stage: StageChoice;
  /** Returns whether a tile stays as the photo is. */
  readonly isSharp: (tile: OctaveTile) => boolean;
}
