/** The tiles of the photos on the canvas: says what is wanted for a viewport, and finds what is there. */
import type { PhotoId, ResultId } from '../../shared/api/ids.js';
import { pixelPath, type PixelAddress } from '../../shared/api/pixels.js';
import type { Rect } from '../../shared/restore.js';
import type { TileSource } from './layers.js';
import { PICTURES } from './pictures.js';
import { tileRect, tilesIn, type Cell, type Versions } from './pyramid.js';
import { TileCache, type TileRequest } from './tile-cache.js';
import type { Size } from './viewport.js';

const MAX_BYTES = 256 * 2 ** 20;

/** Whose tiles, without their version. */
export type Pyramid =
  | { readonly kind: 'original'; readonly photo: PhotoId }
  | {
      readonly kind: 'result';
      readonly photo: PhotoId;
      readonly result: ResultId;
      /** 0: the latest of each part. */
      readonly stage: number;
    };

export interface Wish {
  readonly pyramid: Pyramid;
  readonly size: Size;
  readonly levels: number;
  readonly level: number;
  /** What is seen, photo pixels. */
  readonly rect: Rect;
  /** null: pixels that never change. */
  readonly versions: Versions | null;
}

export class PhotoTiles {
  readonly #cache: TileCache<ImageBitmap>;
  readonly #url: (address: PixelAddress) => string;

  constructor(url: (address: PixelAddress) => string, changed: () => void) {
    this.#url = url;
    this.#cache = new TileCache(PICTURES, { maxBytes: MAX_BYTES, changed });
  }

  /** From now on these are wanted: first the coarsest tiles of each, which stand in for all others. */
  want(wishes: readonly Wish[]): void {
    const coarse = wishes.flatMap((wish) =>
      this.#requests(wish, wish.levels - 1, {
        x: 0,
        y: 0,
        w: wish.size.width,
        h: wish.size.height,
      }),
    );
    const fine = wishes.flatMap((wish) => this.#requests(wish, wish.level, wish.rect));
    this.#cache.want([...coarse, ...fine]);
  }

  /** The tiles that are there. */
  source(pyramid: Pyramid): TileSource {
    return {
      get: (cell) => this.#cache.get(slot(pyramid, cell)),
      has: (cell) => this.#cache.has(slot(pyramid, cell)),
    };
  }

  /** How many wanted tiles could not be loaded. */
  get failures(): number {
    return this.#cache.failures;
  }

  get missing(): number {
    return this.#cache.missing;
  }

  retry(): void {
    this.#cache.retry();
  }

  /** Frees everything of a photo, or everything. */
  drop(photo?: PhotoId): void {
    this.#cache.drop(photo === undefined ? undefined : (key) => key.includes(`/${photo}/`));
  }

  #requests(wish: Wish, level: number, rect: Rect): TileRequest[] {
    return tilesIn(rect, wish.size, level).map((cell) => {
      const version = wish.versions?.of(tileRect(wish.size, cell)) ?? 0;
      const { pyramid } = wish;
      const address: PixelAddress =
        pyramid.kind === 'original' ? { ...pyramid, ...cell } : { ...pyramid, ...cell, version };
      return { slot: slot(pyramid, cell), version, url: this.#url(address) };
    });
  }
}

function slot(pyramid: Pyramid, cell: Cell): string {
  return pixelPath(
    pyramid.kind === 'original' ? { ...pyramid, ...cell } : { ...pyramid, ...cell, version: 0 },
  );
}
