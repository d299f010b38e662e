/**
 * Detects sharp tiles cheaply, on sampled patches at native resolution (scaling would shrink the
 * blur). It reports "sharp" only when certain: motion blur smears one direction and keeps edges
 * along it crisp, so every direction must look sharp. A tile without detail stays undecided, and
 * the network's difficulty map decides.
 */

import type { Rect } from '../../shared/contracts/restore.js';
import { whiteOf, type RgbImage } from '../imaging/index.js';

const PATCH = 32;
/** Patches sampled per axis of a tile. */
const PATCHES = 6;
/** Step of the coarse difference in pixels. */
const COARSE = 4;
/** Directions: along x, y and both diagonals. */
const DIRECTIONS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;

/** Least mean squared coarse difference (8-bit levels squared) of a direction that counts. */
const ENOUGH_DETAIL = 120;
/**
 * Ratio of fine to coarse squared differences: 0.25 for an ideal edge, 0.14 for a ramp of
 * 2 pixels, 0.09 for 4, 1/16 for wide blur.
 */
const SHARP_RATIO = 0.135;
/** Weakest over strongest direction's fine energy; a smear of L pixels lowers it to 1/L. */
const ISOTROPY = 0.4;
/** Minimum number of sharp patches of a sharp tile; none may be smeared. */
const ENOUGH_PATCHES = 6;

export interface Sharpness {
  /** Certain that nothing is smeared. */
  readonly sharp: boolean;
  /** Share of the patches that look smeared, 0..1; used to order the work only. */
  readonly smeared: number;
}

/** Samples the part `rect` of a photo, in its pixels. */
export function tileSharpness(image: RgbImage, rect: Rect): Sharpness {
  const patches = patchesOf(image, rect);
  // An upper bound of the noise variance (levels squared): the calmest patch.
  const noise = Math.min(...patches.map((patch) => differences(image, patch, 1, 0) / 2));
  const looks = patches.map((patch) => classify(image, patch, noise));
  const count = (look: Look): number => looks.filter((one) => one === look).length;
  return {
    sharp: count('sharp') >= ENOUGH_PATCHES && count('smeared') === 0,
    smeared: count('smeared') / PATCHES ** 2,
  };
}

/** Top left of a patch. */
type Patch = readonly [x: number, y: number];
type Look = 'sharp' | 'smeared' | 'flat';

function classify(image: RgbImage, patch: Patch, noise: number): Look {
  const measured = DIRECTIONS.map(([dx, dy]) => {
    const scale = dx !== 0 && dy !== 0 ? 0.5 : 1;
    const at = (step: number): number => differences(image, patch, dx * step, dy * step);
    return {
      fine: Math.max(0, at(1) - 2 * noise) * scale,
      coarse: (at(COARSE) - 2 * noise) * scale,
    };
  });
  const detailed = measured.filter(({ coarse }) => coarse >= ENOUGH_DETAIL);
  if (detailed.length === 0) return 'flat';
  if (detailed.some(({ fine, coarse }) => fine < SHARP_RATIO * coarse)) return 'smeared';
  // A clean edge has detail in one direction only and says nothing about the other.
  if (detailed.length < DIRECTIONS.length) return 'flat';
  const fine = measured.map((direction) => direction.fine);
  return Math.min(...fine) >= ISOTROPY * Math.max(...fine) ? 'sharp' : 'flat';
}

/** Returns the mean squared difference of green at a distance, in 8-bit levels squared. */
function differences({ data, width, height }: RgbImage, [x, y]: Patch, dx: number, dy: number) {
  const levels = 255 / whiteOf(data);
  const jump = (dy * width + dx) * 3;
  const right = Math.min(x + PATCH, width - dx);
  const bottom = Math.min(y + PATCH, height - dy);
  let sum = 0;
  let count = 0;
  for (let row = Math.max(y, -dy); row < bottom; row++) {
    for (let column = x; column < right; column++) {
      const at = (row * width + column) * 3 + 1;
      const difference = (data[at + jump]! - data[at]!) * levels;
      sum += difference * difference;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Returns evenly spread patches; none in a smaller part. */
function patchesOf({ width, height }: RgbImage, rect: Rect): Patch[] {
  const right = Math.min(rect.x + rect.w, width) - PATCH;
  const bottom = Math.min(rect.y + rect.h, height) - PATCH;
  if (right < rect.x || bottom < rect.y) return [];
  return Array.from({ length: PATCHES ** 2 }, (_, i) => [
    Math.floor(rect.x + ((right - rect.x) * (i % PATCHES)) / (PATCHES - 1)),
    Math.floor(rect.y + ((bottom - rect.y) * Math.floor(i / PATCHES)) / (PATCHES - 1)),
  ]);
}
