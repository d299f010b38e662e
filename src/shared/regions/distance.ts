/**
 * Growing and shrinking by exact Euclidean distances. The outline is where coverage crosses one
 * half: a point on each grid line between two pixels on different sides, interpolated to 1/64
 * pixel. Squared distances to these points are integers (of 1/64² pixel), so a pixel does not
 * depend on the window.
 *
 * Distances are computed one direction at a time: first along the lines that carry the points, then
 * across them by the lower envelope of parabolas (Felzenszwalb and Huttenlocher, "Distance
 * transforms of sampled functions", 2012).
 */
import { FULL, type Pixels } from './pixels.js';

/** Units per pixel. */
const PARTS = 64;
const HALF = (FULL + 1) / 2;
/** Above every squared distance that can occur: ((MAX_GROW + 1) × PARTS)² is less. */
const FAR = 0xffffffff;

/** Returns how many pixels around a window growing by `amount` needs. */
export function growMargin(amount: number): number {
  return amount === 0 ? 0 : Math.ceil(Math.abs(amount)) + 2;
}

/** Moves the outline outwards by `amount` pixels (inwards: negative), antialiased, in place. */
export function grow(pixels: Pixels, amount: number): void {
  if (amount === 0) return;
  const squared = outlineDistances(pixels, Math.abs(amount) + 1);
  const { data } = pixels;
  for (let i = 0; i < data.length; i++) {
    const before = data[i]!;
    const inside = before >= HALF;
    const square = squared[i]!;
    const distance = square === FAR ? Infinity : Math.sqrt(square) / PARTS;
    const share = 0.5 + amount + (inside ? distance : -distance);
    const moved = share >= 1 ? FULL : share <= 0 ? 0 : Math.round(share * FULL);
    data[i] = amount > 0 ? Math.max(before, moved) : Math.min(before, moved);
  }
}

/**
 * Returns squared distances of pixel centres to the outline in 1/64² pixel; `FAR` beyond `limit`
 * pixels.
 */
export function outlineDistances({ rect, data }: Pixels, limit: number): Uint32Array {
  const { w, h } = rect;
  const best = new Uint32Array(w * h).fill(FAR);
  const cut = Math.ceil(limit * PARTS);
  // First the points on vertical grid lines, then those on horizontal ones.
  sweepLines(data, best, cut, { lines: w, lineStep: 1, length: h, step: w });
  sweepLines(data, best, cut, { lines: h, lineStep: w, length: w, step: 1 });
  return best;
}

interface Direction {
  /** Lines that carry points, and the way from one to the next. */
  readonly lines: number;
  readonly lineStep: number;
  /** Pixels of a line, and the offset from one to the next. */
  readonly length: number;
  readonly step: number;
}

function sweepLines(data: Uint16Array, best: Uint32Array, cut: number, way: Direction): void {
  const { lines, lineStep, length, step } = way;
  const nearest = new Uint32Array(lines * length).fill(FAR);
  let any = false;
  for (let line = 0; line < lines; line++) {
    any = nearestOnLine(data, nearest, line * lineStep, length, step, cut) || any;
  }
  if (!any) return;
  const envelope = new Envelope(lines);
  for (let at = 0; at < length; at++) {
    envelope.build(nearest, at * step, lineStep);
    envelope.lower(best, at * step, lineStep, cut * cut);
  }
}

/**
 * Computes squared distances along one line to its nearest crossing. Returns whether it has any.
 */
function nearestOnLine(
  data: Uint16Array,
  nearest: Uint32Array,
  start: number,
  length: number,
  step: number,
  cut: number,
): boolean {
  let last = -Infinity;
  let any = false;
  for (let i = 0; i < length; i++) {
    if (i > 0) {
      const place = crossing(data[start + (i - 1) * step]!, data[start + i * step]!);
      if (place !== null) {
        last = (i - 1) * PARTS + place;
        any = true;
      }
    }
    const distance = i * PARTS - last;
    if (distance <= cut) nearest[start + i * step] = distance * distance;
  }
  if (!any) return false;
  let next = Infinity;
  for (let i = length - 1; i >= 0; i--) {
    if (i < length - 1) {
      const place = crossing(data[start + i * step]!, data[start + (i + 1) * step]!);
      if (place !== null) next = i * PARTS + place;
    }
    const distance = next - i * PARTS;
    const at = start + i * step;
    if (distance <= cut && distance * distance < nearest[at]!) nearest[at] = distance * distance;
  }
  return true;
}

/**
 * Returns where between two neighbours coverage is one half, in units from the first, or `null`.
 */
function crossing(a: number, b: number): number | null {
  if (a >= HALF === b >= HALF) return null;
  return Math.round((PARTS * (a - (HALF - 0.5))) / (a - b));
}

/** Lower envelope of parabolas rooted at whole pixels. */
class Envelope {
  readonly #roots: Int32Array;
  readonly #heights: Float64Array;
  /** Position from which on each parabola is the lowest, in pixels. */
  readonly #from: Float64Array;
  readonly #count: number;
  #used = 0;

  constructor(count: number) {
    this.#count = count;
    this.#roots = new Int32Array(count);
    this.#heights = new Float64Array(count);
    this.#from = new Float64Array(count);
  }

  build(heights: Uint32Array, start: number, step: number): void {
    this.#used = 0;
    for (let q = 0; q < this.#count; q++) {
      const height = heights[start + q * step]!;
      if (height === FAR) continue;
      let from = -Infinity;
      while (this.#used > 0) {
        const top = this.#used - 1;
        from = meet(this.#roots[top]!, this.#heights[top]!, q, height);
        if (from > this.#from[top]!) break;
        this.#used--;
        from = -Infinity;
      }
      this.#roots[this.#used] = q;
      this.#heights[this.#used] = height;
      this.#from[this.#used] = from;
      this.#used++;
    }
  }

  /** Lowers `best` to the envelope where that is at most `cut2`. */
  lower(best: Uint32Array, start: number, step: number, cut2: number): void {
    if (this.#used === 0) return;
    let k = 0;
    for (let p = 0; p < this.#count; p++) {
      while (k + 1 < this.#used && this.#from[k + 1]! < p) k++;
      const across = (p - this.#roots[k]!) * PARTS;
      const value = across * across + this.#heights[k]!;
      const at = start + p * step;
      if (value <= cut2 && value < best[at]!) best[at] = value;
    }
  }
}

/**
 * Returns where the parabola rooted at q, to the right of p, becomes the lower one; exact until the
 * division.
 */
function meet(p: number, heightP: number, q: number, heightQ: number): number {
  const unit = PARTS * PARTS;
  return (heightQ + unit * q * q - heightP - unit * p * p) / (2 * unit * (q - p));
}
