/** Reads masks: which tiles a restoration computes, and the mask's pixels. */
import { setImmediate } from 'node:timers/promises';
import type { Rect } from '../../../shared/contracts/restore.js';
import type { Size } from '../../../shared/core/geometry.js';
import { throwIfAborted } from '../../../shared/core/errors.js';
import {
  isEverywhere,
  rasteriseInSteps,
  type RegionDocument,
} from '../../../shared/regions/index.js';
import { readMask } from '../../imaging/index.js';
import type { MaskSource, Where } from '../protocol.js';

/** Returns whether any pixel of `rect` (photo pixels) is inside the mask. */
export type Touches = (rect: Rect) => boolean;

/** Pixels of the coarse rasterisation that decides which tiles a mask touches. */
const COARSE_PIXELS = 500_000;

/** Reads the mask picture of a session once: planning and writing both need it. */
export class MaskReader {
  private last: { readonly path: string; readonly pixels: Promise<Uint8Array> } | null = null;

  read(path: string, { width, height }: Size): Promise<Uint8Array> {
    if (this.last?.path !== path) this.last = { path, pixels: readMask(path, width, height) };
    return this.last.pixels;
  }
}

/** Returns the test for a place to compute; `null` = everywhere. Rejects with `mask-invalid`. */
export async function touchesOf(
  where: Where,
  photo: Size,
  masks: MaskReader,
): Promise<Touches | null> {
  if (where === null) return null;
  if (where === 'nowhere') return () => false;
  if ('regions' in where) return regionsTouch(where.regions, photo);
  return maskTouches(await masks.read(where.file, photo), photo);
}

/**
 * Rasterises regions coarsely; a rectangle touches every coarse pixel that it overlaps. Rejects
 * with `mask-invalid` for regions that take too long.
 */
async function regionsTouch(regions: RegionDocument, size: Size): Promise<Touches | null> {
  if (isEverywhere(regions)) return null;
  const { width, height } = size;
  const scale = Math.min(1, Math.sqrt(COARSE_PIXELS / (width * height)));
  const w = Math.ceil(width * scale);
  const h = Math.ceil(height * scale);
  const coarse = new Uint8Array(w * h);
  const view = { rect: { x: 0, y: 0, w, h }, scale };
  for (const band of rasteriseInSteps(regions, size, view)) {
    if (band !== null) coarse.set(band.coverage, band.rect.y * w);
    await setImmediate();
  }
  const touches = maskTouches(coarse, { width: w, height: h });
  const span = (from: number, length: number, side: number): [number, number] => {
    const start = Math.floor(from * scale);
    return [start, Math.min(side, Math.ceil((from + length) * scale)) - start];
  };
  return (rect) => {
    const [x, columns] = span(rect.x, rect.w, w);
    const [y, rows] = span(rect.y, rect.h, h);
    return touches({ x, y, w: columns, h: rows });
  };
}

/** Returns the test for a mask of the photo's size, one byte per pixel. */
export function maskTouches(mask: Uint8Array, { width }: Size): Touches {
  return ({ x, y, w, h }) => {
    for (let row = y; row < y + h; row++) {
      const start = row * width + x;
      for (let at = start; at < start + w; at++) if (mask[at] !== 0) return true;
    }
    return false;
  };
}

/**
 * Returns the mask at the photo's size, one byte per pixel; `null` = everywhere. Regions are
 * rasterised band by band, so that the event loop stays responsive.
 * @param progress receives the share that is done, 0..1
 */
export async function maskPixels(
  signal: AbortSignal,
  source: MaskSource,
  { width, height }: Size,
  masks: MaskReader,
  progress: (share: number) => void = () => undefined,
): Promise<Uint8Array | null> {
  if (source === null) return null;
  if ('file' in source) return masks.read(source.file, { width, height });
  if (isEverywhere(source.regions)) return null;
  const mask = new Uint8Array(width * height);
  const rect = { x: 0, y: 0, w: width, h: height };
  for (const band of rasteriseInSteps(source.regions, { width, height }, { rect, scale: 1 })) {
    if (band !== null) {
      mask.set(band.coverage, band.rect.y * width);
      progress((band.rect.y + band.rect.h) / height);
    }
    await setImmediate();
    throwIfAborted(signal);
  }
  return mask;
}
