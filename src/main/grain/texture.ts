/**
 * Noise of deviation 1 with a given spectrum, the same on every machine: whole numbers drawn by a
 * hash, filtered once into a square that wraps around. Cells of the photo read it at random places,
 * so that nothing repeats.
 */
import { filterOf } from './spectrum.js';

/** Side of the square, a power of two. */
export const TEXTURE_SIDE = 256;
/** Value of a texture that stands for one deviation. */
export const TEXTURE_ONE = 28;
/** Side of a cell in pixels as a power of two. */
export const CELL_BITS = 5;

/** Returns a texture; textures with different seeds are independent. */
export function makeTexture(power: Float64Array, seed: number): Int8Array {
  const last = TEXTURE_SIDE - 1;
  const white = Int32Array.from({ length: TEXTURE_SIDE ** 2 }, (_, i) => gaussian(hash(i, seed)));
  const sums = new Float64Array(white.length);
  for (const { dx, dy, weight } of filterOf(power)) {
    for (let y = 0; y < TEXTURE_SIDE; y++) {
      const from = ((y + dy) & last) * TEXTURE_SIDE;
      const to = y * TEXTURE_SIDE;
      for (let x = 0; x < TEXTURE_SIDE; x++) {
        sums[to + x] = sums[to + x]! + weight * white[from + ((x + dx) & last)]!;
      }
    }
  }
  const squares = sums.reduce((sum, value) => sum + value * value, 0);
  const scale = TEXTURE_ONE / Math.sqrt(Math.max(1, squares / sums.length));
  return Int8Array.from(sums, (value) => Math.max(-127, Math.min(127, Math.round(value * scale))));
}

/** Returns 32 bits that depend on every bit of two whole numbers (finaliser of MurmurHash3). */
export function hash(a: number, b: number): number {
  let bits = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Returns the sum of the four bytes about its mean: nearly normal, deviation 148. */
function gaussian(bits: number): number {
  return (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;
}
