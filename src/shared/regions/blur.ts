/**
 * Feathering by three box blurs in each direction, which approximate a Gaussian. The boxes have
 * fractional ends (Gwosdek et al., "Theoretical foundations of Gaussian convolution by extended box
 * filtering", 2011), so that a radius has the same effect at every scale. Sums are integers, so a
 * pixel does not depend on the window.
 */
import type { Pixels } from './pixels.js';

const PASSES = 3;
/** Weight of a whole cell of a box. */
const UNIT = 256;

interface Box {
  /** Whole cells on each side of the middle. */
  readonly whole: number;
  /** Weight of one more cell at each end, out of UNIT. */
  readonly end: number;
}

/** Returns the box whose PASSES-fold convolution has the standard deviation `sigma`, in pixels. */
export function boxFor(sigma: number): Box {
  const variance = (sigma * sigma) / PASSES;
  const whole = Math.floor((Math.sqrt(1 + 12 * variance) - 1) / 2);
  const width = 2 * whole + 1;
  const spare = variance * width - (whole * (whole + 1) * width) / 3;
  const end = Math.round((UNIT * spare) / (2 * ((whole + 1) ** 2 - variance)));
  return { whole, end: Math.max(0, end) };
}

/** Returns how many pixels around a window a blur needs. */
export function featherMargin(sigma: number): number {
  const box = boxFor(sigma);
  return box.whole === 0 && box.end === 0 ? 0 : PASSES * (box.whole + 1);
}

/**
 * Blurs in place, extending the outermost pixels. That is right at the photo's edges; nearer than
 * the margin to other edges of the window the result is wrong, and the caller drops it.
 */
export function feather(pixels: Pixels, sigma: number): void {
  const box = boxFor(sigma);
  if (box.whole === 0 && box.end === 0) return;
  for (let pass = 0; pass < PASSES; pass++) blurRows(pixels, box);
  for (let pass = 0; pass < PASSES; pass++) blurColumns(pixels, box);
}

function blurRows({ rect, data }: Pixels, { whole, end }: Box): void {
  const { w, h } = rect;
  const total = (2 * whole + 1) * UNIT + 2 * end;
  const line = new Uint16Array(w + 2 * (whole + 1));
  for (let y = 0; y < h; y++) {
    const row = data.subarray(y * w, (y + 1) * w);
    line.fill(row[0]!, 0, whole + 1);
    line.set(row, whole + 1);
    line.fill(row[w - 1]!, whole + 1 + w);
    let sum = 0;
    for (let i = 1; i <= 2 * whole + 1; i++) sum += line[i]!;
    // Pixel x is line[x + whole + 1]; its box reaches from line[x + 1] to line[x + 2 whole + 1].
    for (let x = 0; x < w; x++) {
      const after = line[x + 2 * whole + 2]!;
      row[x] = (sum * UNIT + end * (line[x]! + after)) / total + 0.5;
      sum += after - line[x + 1]!;
    }
  }
}

function blurColumns({ rect, data }: Pixels, { whole, end }: Box): void {
  const { w, h } = rect;
  const total = (2 * whole + 1) * UNIT + 2 * end;
  // The ring holds the rows above the current one as they were; rows below are unchanged in `data`.
  const kept = whole + 2;
  const ring = new Uint16Array(kept * w);
  const keep = (y: number): void => {
    ring.set(data.subarray(y * w, (y + 1) * w), (y % kept) * w);
  };
  keep(0);
  const first = ring.slice(0, w);
  const sums = new Float64Array(w);
  for (let k = -whole; k <= whole; k++) {
    const start = Math.min(h - 1, Math.max(0, k)) * w;
    for (let x = 0; x < w; x++) sums[x] = sums[x]! + data[start + x]!;
  }
  const past = (y: number): Uint16Array =>
    y < 0 ? first : ring.subarray((y % kept) * w, (y % kept) * w + w);
  const last = data.slice((h - 1) * w, h * w);
  for (let y = 0; y < h; y++) {
    keep(y);
    const before = past(y - whole - 1);
    const leaving = past(y - whole);
    const below = y + whole + 1;
    const after = below < h ? data.subarray(below * w, (below + 1) * w) : last;
    const row = data.subarray(y * w, (y + 1) * w);
    for (let x = 0; x < w; x++) {
      const entering = after[x]!;
      const sum = sums[x]!;
      row[x] = (sum * UNIT + end * (before[x]! + entering)) / total + 0.5;
      sums[x] = sum + entering - leaving[x]!;
    }
  }
}
