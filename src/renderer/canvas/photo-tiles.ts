/** Tiles that a viewport needs, and their addresses and cache slots. */
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
  /** Visible part in photo pixels. */
  readonly rect: Rect;
  /** `null` for pixels that never change. */
  readonly versions: Versions | null;
}

/**
 * Returns the tiles to load: first the coarsest ones, which replace missing tiles, then the visible
 * ones.
 */
export function tileRequests(
  wanted: readonly TileWant[],
  url: (address: PixelAddress) => string,
): TileRequest[] {
  const coarse = wanted.flatMap((want) =>
    requestsOf(want, url, want.levels - 1, {
      x: 0,
      y: 0,
      w: want.size.width,
      h: want.size.height,
    }),
  );
  const fine = wanted.flatMap((want) => requestsOf(want, url, want.level, want.rect));
  return [...coarse, ...fine];
}

/** Returns the loaded tiles of a pyramid. */
export function tileSource(cache: TileCache<ImageBitmap>, pyramid: Pyramid): TileSource {
  return {
    get: (cell) => cache.get(slot(pyramid, cell)),
    has: (cell) => cache.has(slot(pyramid, cell)),
  };
}

function requestsOf(
  want: TileWant,
  url: (address: PixelAddress) => string,
  level: number,
  rect: Rect,
): TileRequest[] {
  return tilesIn(rect, want.size, level).map((cell) => {
    const version = want.versions?.of(tileRect(want.size, cell)) ?? 0;
    const { pyramid } = want;
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
