/**
 * Addresses of pixels. They are fetched, not sent through the API: `/image/...` of the page's own
 * origin, on either host. Every picture is colour-managed: converted to Display P3 and tagged so.
 */
import { z } from 'zod';
import { PhotoId, ResultId } from './ids.js';

/**
 * Side of a pyramid tile in its own pixels. Level 0 is the photo's own size; each further level is half as wide and high as the
 * one before, rounded up, so level n has ceil(side / 2^n) pixels. Its pixel (x, y) is the mean of the 2 × 2 pixels from
 * (2x, 2y) on in the level before, where the last row or column of an odd side counts twice, and covers the photo from
 * (2^n x, 2^n y) on. The last level is the first that fits into one tile.
 */
export const PYRAMID_TILE = 512;

const Cell = z.object({
  photo: PhotoId,
  level: z.coerce.number().int().min(0).max(16),
  column: z.coerce.number().int().min(0).max(4096),
  row: z.coerce.number().int().min(0).max(4096),
});

export const PixelAddress = z.discriminatedUnion('kind', [
  /** A tile of the photo as it is. */
  Cell.extend({ kind: z.literal('original') }),
  /**
   * The same tile of a result, at full strength and without mask: the editor blends. Parts that have no result yet show
   * the original. `stage` 0: the latest of each part, n: as it was after stage n. `version` only defeats caches.
   */
  Cell.extend({
    kind: z.literal('result'),
    result: ResultId,
    stage: z.coerce.number().int().min(0).max(8),
    version: z.coerce.number().int().min(0),
  }),
  /** The first look: the whole photo scaled down and sent through stage 1. */
  z.object({ kind: z.literal('preview'), photo: PhotoId, result: ResultId }),
  /** A map of the network over the whole photo, grey or (offsets) RGB, at most 2048 px along its long side. */
  z.object({
    kind: z.literal('map'),
    photo: PhotoId,
    result: ResultId,
    map: z.enum(['difficulty', 'samples', 'attention', 'offsets']),
    version: z.coerce.number().int().min(0),
  }),
  /** For the filmstrip. */
  z.object({ kind: z.literal('thumbnail'), photo: PhotoId }),
  /** A photo of a batch, or its result: at most 256 px along its long side. */
  z.object({
    kind: z.literal('batch'),
    batch: z.coerce.number().int().positive(),
    number: z.coerce.number().int().positive(),
    side: z.enum(['before', 'after']),
  }),
]);
export type PixelAddress = z.infer<typeof PixelAddress>;

const ORDER = {
  original: ['photo', 'level', 'column', 'row'],
  result: ['photo', 'result', 'stage', 'version', 'level', 'column', 'row'],
  preview: ['photo', 'result'],
  map: ['photo', 'result', 'map', 'version'],
  thumbnail: ['photo'],
  batch: ['batch', 'number', 'side'],
} as const;

/** `image/<kind>/<parts>`, relative to the host's root. */
export function pixelPath(address: PixelAddress): string {
  const parts = address as Readonly<Record<string, string | number>>;
  return ['image', address.kind, ...ORDER[address.kind].map((key) => String(parts[key]))].join('/');
}

/** The inverse of `pixelPath`; null for anything else, also for another spelling (`01`, `1e0`) of the same address. */
export function parsePixelPath(path: string): PixelAddress | null {
  const [root, kind, ...parts] = path.replace(/^\//, '').split('/');
  if (root !== 'image' || kind === undefined || !Object.hasOwn(ORDER, kind)) return null;
  const keys = ORDER[kind as keyof typeof ORDER];
  if (parts.length !== keys.length) return null;
  const fields = Object.fromEntries(keys.map((key, i) => [key, parts[i]]));
  const address = PixelAddress.safeParse({ kind, ...fields }).data;
  if (address === undefined) return null;
  return pixelPath(address) === [root, kind, ...parts].join('/') ? address : null;
}
