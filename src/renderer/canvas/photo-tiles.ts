/** The tiles of the photos on the canvas: what is wanted for a viewport, and how what is there is found. */
import { pixelPath, type PixelAddress } from '../../shared/protocol/pixels.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { TileSource } from './layers.js';
import { tileRect, tilesIn, type Cell, type Pyramid, type Versions } from './pyramid.js';
import type { TileCache, TileRequest } from './tile-cache.js';
import type { Size } from './viewport.js';

export interface TileWant {
  readonly pyramid: Pyramid;
  readonly size: Size;
  readonly levels: number;
  readonly level: number;
  /** What is seen, photo pixels. */
  readonly rect: Rect;
  /** null: pixels that never change. */
  readonly versions: Versions | null;
}

/** What has to be loaded for wishes: first the coarsest tiles of each, which stand in for all others. */
export function tileRequests(
  wishes: readonly TileWant[],
  url: (address: PixelAddress) => string,
): TileRequest[] {
  const coarse = wishes.flatMap((wish) =>
    requestsOf(wish, url, wish.levels - 1, {
      x: 0,
      y: 0,
      w: wish.size.width,
      h: wish.size.height,
    }),
  );
  const fine = wishes.flatMap((wish) => requestsOf(wish, url, wish.level, wish.rect));
  return [...coarse, ...fine];
}

/** The tiles of a pyramid that are there. */
export function tileSource(cache: TileCache<ImageBitmap>, pyramid: Pyramid): TileSource {
  return {
    get: (cell) => cache.get(slot(pyramid, cell)),
    has: (cell) => cache.has(slot(pyramid, cell)),
  };
}

function requestsOf(
  wish: TileWant,
  url: (address: PixelAddress) => string,
  level: number,
  rect: Rect,
): TileRequest[] {
  return tilesIn(rect, wish.size, level).map((cell) => {
    const version = wish.versions?.of(tileRect(wish.size, cell)) ?? 0;
    const { pyramid } = wish;
    const address: PixelAddress =
      pyramid.kind === 'original' ? { ...pyramid, ...cell } : { ...pyramid, ...cell, version };
    return { slot: slot(pyramid, cell), version, url: url(address) };
  });
}

function slot(pyramid: Pyramid, cell: Cell): string {
  return pixelPath(
    pyramid.kind === 'original' ? { ...pyramid, ...cell } : { ...pyramid, ...cell, version: 0 },
  );
}
