/** PSNR and SSIM of 8-bit RGB pictures. */
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../shared/core/errors.js';

/** Returns the PSNR in dB over all three channels; Infinity for equal pictures. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const d = a[i]! - b[i]!;
    sum += d * d;
  }
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.length) / sum);
}

const RADIUS = 5;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/** Positions computed before yielding to other work: a few dozen milliseconds. */
const AT_ONCE = 200_000;
/** Minimum rows of a strip: neighbouring strips share the ten rows of the window's border. */
const MIN_ROWS = 32;

/**
 * Returns the SSIM of Wang et al. 2004 on the luma (BT.601): Gaussian window 11×11, σ 1.5, mean
 * over the positions where the window lies inside the picture. NaN for smaller pictures. Works in
 * strips, so that Ctrl-C is handled: a large photo takes many seconds.
 */
export async function ssim(
  signal: AbortSignal,
  a: Uint8Array,
  b: Uint8Array,
  width: number,
  height: number,
): Promise<number> {
  const inner = { width: width - 2 * RADIUS, height: height - 2 * RADIUS };
  if (inner.width < 1 || inner.height < 1) return NaN;
  const rows = Math.max(MIN_ROWS, Math.floor(AT_ONCE / width));
  let sum = 0;
  for (let top = 0; top < inner.height; top += rows) {
    const count = Math.min(rows, inner.height - top) + 2 * RADIUS;
    const strip = (rgb: Uint8Array) => rgb.subarray(3 * top * width, 3 * (top + count) * width);
    sum += sumOfStrip(strip(a), strip(b), width, count);
    await setImmediate();
    throwIfAborted(signal);
  }
  return sum / (inner.width * inner.height);
}

/** Returns the sum of the SSIM over the positions where the window lies inside the strip. */
function sumOfStrip(a: Uint8Array, b: Uint8Array, width: number, height: number): number {
  const x = luma(a, width * height);
  const y = luma(b, width * height);
  const window = gaussian();
  const mean = (f: (i: number) => number) => filter(f, width, height, window);
  const mx = mean((i) => x[i]!);
  const my = mean((i) => y[i]!);
  const xx = mean((i) => x[i]! * x[i]!);
  const yy = mean((i) => y[i]! * y[i]!);
  const xy = mean((i) => x[i]! * y[i]!);
  let sum = 0;
  for (let i = 0; i < mx.length; i++) {
    const mxy = mx[i]! * my[i]!;
    const m2 = mx[i]! * mx[i]! + my[i]! * my[i]!;
    const covariance = xy[i]! - mxy;
    const variances = xx[i]! + yy[i]! - m2;
    sum += ((2 * mxy + C1) * (2 * covariance + C2)) / ((m2 + C1) * (variances + C2));
  }
  return sum;
}

function luma(rgb: Uint8Array, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    out[i] = 0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!;
  }
  return out;
}

function gaussian(): number[] {
  const weights = Array.from({ length: 2 * RADIUS + 1 }, (_, i) =>
    Math.exp(-((i - RADIUS) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Filters in both directions, without borders: the result is smaller by twice the radius. */
function filter(
  at: (i: number) => number,
  width: number,
  height: number,
  window: readonly number[],
): Float64Array {
  const w = width - 2 * RADIUS;
  const h = height - 2 * RADIUS;
  const rows = new Float64Array(w * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * at(y * width + x + k);
      rows[y * w + x] = sum;
    }
  }
  const out = new Float64Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      let sum = 0;
      for (let k = 0; k < window.length; k++) sum += window[k]! * rows[(y + k) * w + x]!;
      out[y * w + x] = sum;
    }
  }
  return out;
}
