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
/** Patches sampled per axis of a photo. */
const PHOTO_PATCHES = 32;
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

/** Side of a window in patches: the smallest part whose blur is told from mere texture. */
const WINDOW = 8;
/** Distance of the windows in patches. */
const WINDOW_STEP = 4;
/** Least number of smeared patches of a smeared window. */
const SMEARED_PATCHES = 5;
/**
 * Least share of its patches with detail. Of windows inside moved areas nine in ten reach it, of
 * those outside one in 200 (photos of test/bench/octaves/composites.js).
 */
const SMEARED_SHARE = 0.75;

export interface Sharpness {
  /** Certain that nothing is smeared. */
  readonly sharp: boolean;
  /** Share of the patches that look smeared, 0..1. */
  readonly smeared: number;
  /**
   * Returns whether most of the detail in some square of 256 pixels is smeared, however small its
   * share of the tile. Looks at every pixel, when it is first asked.
   */
  readonly hasSmearedPart: () => boolean;
}

/** Returns the noise variance (8-bit levels squared) of the calmest of many patches of a photo. */
export function calmestNoise(image: RgbImage): number {
  const whole = { x: 0, y: 0, w: image.width, h: image.height };
  return noiseOf(image, patchesOf(image, whole, PHOTO_PATCHES));
}

/** Samples the part `rect` of a photo, in its pixels. `calmest`: noise of the photo if known. */
export function tileSharpness(image: RgbImage, rect: Rect, calmest = Infinity): Sharpness {
  const patches = patchesOf(image, rect, PATCHES);
  const noise = noiseOf(image, patches);
  const looks = patches.map((patch) => classify(image, patch, noise));
  const count = (look: Look): number => looks.filter((one) => one === look).length;
  let part: boolean | null = null;
  return {
    sharp: count('sharp') >= ENOUGH_PATCHES && count('smeared') === 0,
    smeared: count('smeared') / PATCHES ** 2,
    hasSmearedPart: () => (part ??= hasSmearedWindow(image, rect, calmest)),
  };
}

function hasSmearedWindow(image: RgbImage, { x, y, w, h }: Rect, calmest: number): boolean {
  const [columns, rows] = [Math.floor(w / PATCH), Math.floor(h / PATCH)];
  const patches = Array.from({ length: columns * rows }, (_, i): Patch => {
    return [x + (i % columns) * PATCH, y + Math.floor(i / columns) * PATCH];
  });
  // A tile that is busy all over has no calm patch of its own.
  const noise = Math.min(calmest, noiseOf(image, patches));
  const looks = patches.map((patch) => classify(image, patch, noise));
  for (let top = 0; top === 0 || top + WINDOW <= rows; top += WINDOW_STEP) {
    for (let left = 0; left === 0 || left + WINDOW <= columns; left += WINDOW_STEP) {
      const count = { sharp: 0, smeared: 0, flat: 0 };
      for (let row = top; row < Math.min(rows, top + WINDOW); row++) {
        for (let column = left; column < Math.min(columns, left + WINDOW); column++) {
          count[looks[row * columns + column]!]++;
        }
      }
      const { sharp, smeared } = count;
      if (smeared < SMEARED_PATCHES) continue;
      if (smeared >= SMEARED_SHARE * (smeared + sharp + 1)) return true;
    }
  }
  return false;
}

/** Top left of a patch. */
type Patch = readonly [x: number, y: number];
type Look = 'sharp' | 'smeared' | 'flat';

/** Returns an upper bound of the noise variance (levels squared): that of the calmest patch. */
function noiseOf(image: RgbImage, patches: readonly Patch[]): number {
  return Math.min(...patches.map((patch) => differences(image, patch, 1, 0) / 2));
}

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

/** Returns `side` × `side` evenly spread patches; none in a part smaller than a patch. */
function patchesOf({ width, height }: RgbImage, rect: Rect, side: number): Patch[] {
  const right = Math.min(rect.x + rect.w, width) - PATCH;
  const bottom = Math.min(rect.y + rect.h, height) - PATCH;
  if (right < rect.x || bottom < rect.y) return [];
  return Array.from({ length: side ** 2 }, (_, i) => [
    Math.floor(rect.x + ((right - rect.x) * (i % side)) / (side - 1)),
    Math.floor(rect.y + ((bottom - rect.y) * Math.floor(i / side)) / (side - 1)),
  ]);
}
