/**
 * Detects sharp tiles cheaply, on sampled patches at native resolution (scaling would shrink the
 * blur). It reports "sharp" only when certain: motion blur smears one direction and keeps edges
 * along it crisp, so every direction must look sharp. A tile without detail stays undecided, and
 * the network's difficulty map decides.
 */
import { type RgbImage } from '../tiling/pixels.js';
import type { Rect } from '../../../shared/contracts/restore.js';
import { whiteOf } from '../../imaging/index.js';

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
  const noise = noiseVariance(image, rect);
  const count = { sharp: 0, smeared: 0, flat: 0 };
  for (const [x, y] of patchOrigins(image, rect)) count[classifyPatch(image, x, y, noise)]++;
  return {
    sharp: count.sharp >= ENOUGH_PATCHES && count.smeared === 0,
    smeared: count.smeared / PATCHES ** 2,
  };
}

function classifyPatch(
  image: RgbImage,
  x: number,
  y: number,
  noise: number,
): 'sharp' | 'smeared' | 'flat' {
  let weakest = Infinity;
  let strongest = 0;
  let allSharp = true;
  let detailed = 0;
  for (const [dx, dy] of DIRECTIONS) {
    const scale = dx !== 0 && dy !== 0 ? 0.5 : 1;
    const fine = Math.max(0, differences(image, x, y, dx, dy, 1) - 2 * noise) * scale;
    const coarse = (differences(image, x, y, dx, dy, COARSE) - 2 * noise) * scale;
    weakest = Math.min(weakest, fine);
    strongest = Math.max(strongest, fine);
    if (coarse < ENOUGH_DETAIL) continue;
    detailed++;
    if (fine < SHARP_RATIO * coarse) allSharp = false;
  }
  if (detailed === 0) return 'flat';
  // A clean edge has detail in one direction only and says nothing about the other.
  if (!allSharp) return 'smeared';
  return detailed === DIRECTIONS.length && weakest >= ISOTROPY * strongest ? 'sharp' : 'flat';
}

/** Returns the mean squared difference of green at distance `step`, in 8-bit levels squared. */
function differences(
  image: RgbImage,
  x: number,
  y: number,
  dx: number,
  dy: number,
  step: number,
): number {
  const levels = 255 / whiteOf(image.data);
  const stride = image.width * 3;
  const jump = (dy * image.width + dx) * step * 3;
  let sum = 0;
  let count = 0;
  for (let py = 0; py < PATCH; py++) {
    const to = y + py + dy * step;
    if (to < 0 || to >= image.height) continue;
    for (let px = 0; px < PATCH; px++) {
      const across = x + px + dx * step;
      if (across >= image.width) break;
      const at = (y + py) * stride + (x + px) * 3 + 1;
      const d = (image.data[at + jump]! - image.data[at]!) * levels;
      sum += d * d;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** Returns an upper bound of the noise variance (levels squared): the calmest sampled patch. */
function noiseVariance(image: RgbImage, rect: Rect): number {
  let calmest = Infinity;
  for (const [x, y] of patchOrigins(image, rect)) {
    calmest = Math.min(calmest, differences(image, x, y, 1, 0, 1) / 2);
  }
  return Number.isFinite(calmest) ? calmest : 0;
}

function patchOrigins(image: RgbImage, rect: Rect): [number, number][] {
  const origins: [number, number][] = [];
  const right = Math.min(rect.x + rect.w, image.width) - PATCH;
  const bottom = Math.min(rect.y + rect.h, image.height) - PATCH;
  if (right < rect.x || bottom < rect.y) return origins;
  for (let j = 0; j < PATCHES; j++) {
    for (let i = 0; i < PATCHES; i++) {
      origins.push([
        Math.floor(rect.x + ((right - rect.x) * i) / (PATCHES - 1)),
        Math.floor(rect.y + ((bottom - rect.y) * j) / (PATCHES - 1)),
      ]);
    }
  }
  return origins;
}
