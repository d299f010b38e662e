/**
 * Addresses of pictures. The editor fetches them from `/image/…` of its own origin, on either host;
 * they never pass through the API. Every picture is converted to Display P3 and tagged with it.
 */
import { z } from 'zod';
import { PhotoId, ResultId } from './ids.js';

/**
 * Side in pixels of a tile of the display pyramid. Level n has ceil(side / 2^n) pixels per side;
 * level 0 is the photo itself, the last level is the first that fits into one tile. Pixel (x, y) is
 * the mean of the 2 × 2 pixels from (2x, 2y) in level n - 1; the last row or column of an odd side
 * counts twice. It covers the photo from (2^n x, 2^n y).
 */
export const PYRAMID_TILE = 512;

const Cell = z.object({
  photo: PhotoId,
  level: z.coerce.number().int().min(0).max(16),
  column: z.coerce.number().int().min(0).max(4096),
  row: z.coerce.number().int().min(0).max(4096),
});

export const PixelAddress = z.discriminatedUnion('kind', [
  /** A tile of the original photo. */
  Cell.extend({ kind: z.literal('original') }),
  /**
   * A tile of a result at full strength without mask, which the editor applies. Unfinished parts
   * show the original. `stage`: from 1, or 0 = the latest of each part. `version` bypasses caches.
   */
  Cell.extend({
    kind: z.literal('result'),
    result: ResultId,
    stage: z.coerce.number().int().min(0).max(16),
    version: z.coerce.number().int().min(0),
  }),
  /**
   * A map of the whole photo: grey, RGB for offsets, RGBA for blur; the long side has at most
   * 2048 px.
   */
  z.object({
    kind: z.literal('map'),
    photo: PhotoId,
    result: ResultId,
    map: z.enum(['blur', 'difficulty', 'samples', 'attention', 'offsets']),
    version: z.coerce.number().int().min(0),
  }),
  /** The last level of an original, for the filmstrip. */
  z.object({ kind: z.literal('thumbnail'), photo: PhotoId }),
  /** A photo of a batch or its result; the long side has at most 256 px. */
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
  map: ['photo', 'result', 'map', 'version'],
  thumbnail: ['photo'],
  batch: ['batch', 'number', 'side'],
} as const;

/** Returns `image/<kind>/<parts>`, relative to the host's root. */
export function pixelPath(address: PixelAddress): string {
  const parts = address as Readonly<Record<string, string | number>>;
  return ['image', address.kind, ...ORDER[address.kind].map((key) => String(parts[key]))].join('/');
}

/** Parses a path of `pixelPath`. Returns `null` for any other path or spelling (`01`, `1e0`). */
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
