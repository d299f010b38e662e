/**
 * Packs the points of a stroke or an outline into text. Coordinates are rounded to 1/64 pixel and
 * pressure to 1/1024; each number is the difference to the point before, as a base-64 VLQ (the
 * encoding of source maps). A point takes about 4 characters. A path that continues another begins
 * with the other's text.
 */

/** x, y in pixels of the upright photo and, from a pen, the pressure 0..1. */
export type BrushPoint = readonly [number, number] | readonly [number, number, number];

/** Points one after another: x, y and, if `stride` is 3, the pressure. */
export interface Path {
  readonly values: Float64Array;
  readonly stride: 2 | 3;
}

/** Most points of one path. */
export const MAX_PATH_POINTS = 100_000;
/** Largest coordinate in pixels, to either side of 0. */
export const MAX_COORDINATE = 1e6;

/** Units per pixel and per full pressure; powers of two, so that unpacking is exact. */
const PIXEL_UNITS = 64;
const PRESSURE_UNITS = 1024;
const MAX_UNITS = MAX_COORDINATE * PIXEL_UNITS;

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < DIGITS.length; i++) VALUES[DIGITS.charCodeAt(i)] = i;
/** A digit carries 5 bits; this one says that more follow. */
const MORE = 32;
/** Bits of the largest difference between two coordinates, rounded up to whole digits. */
const MAX_BITS = 30;

/** Builds the text of a path point by point. */
export class PathWriter {
  text = '';
  #points = 0;
  readonly #last: [number, number, number] = [0, 0, 0];

  constructor(readonly stride: 2 | 3) {}

  /** Number of points. */
  get length(): number {
    return this.#points;
  }

  /** Adds a point; coordinates beyond `MAX_COORDINATE` are clamped. */
  add(x: number, y: number, pressure = 1): void {
    this.#addNumber(0, x * PIXEL_UNITS, -MAX_UNITS, MAX_UNITS);
    this.#addNumber(1, y * PIXEL_UNITS, -MAX_UNITS, MAX_UNITS);
    if (this.stride === 3) this.#addNumber(2, pressure * PRESSURE_UNITS, 0, PRESSURE_UNITS);
    this.#points++;
  }

  #addNumber(axis: 0 | 1 | 2, units: number, least: number, most: number): void {
    const next = Math.min(most, Math.max(least, Math.round(units)));
    this.text += encode(next - this.#last[axis]);
    this.#last[axis] = next;
  }
}

/**
 * Packs points; the result has pressure (`stride` 3) if one of them has. Points without are at full
 * pressure.
 */
export function packPoints(points: readonly BrushPoint[]): Pick<PathWriter, 'text' | 'stride'> {
  const writer = new PathWriter(points.some((point) => point.length === 3) ? 3 : 2);
  for (const [x, y, pressure] of points) writer.add(x, y, pressure);
  return writer;
}

/**
 * Returns the points of a text, or `null` if it is not a path: a foreign character, an incomplete
 * point or a number out of range. `before`: the point that the first difference refers to; default:
 * all zeros.
 */
export function unpackPath(
  text: string,
  stride: 2 | 3,
  before: ArrayLike<number> = [0, 0, 0],
): Path | null {
  const values = new Float64Array(countNumbers(text));
  if (values.length % stride !== 0 || values.length > stride * MAX_PATH_POINTS) return null;
  const last = Int32Array.from({ length: stride }, (_, axis) => {
    return before[axis]! * (axis === 2 ? PRESSURE_UNITS : PIXEL_UNITS);
  });
  let [at, axis, bits, shift] = [0, 0, 0, 0];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const digit = code < VALUES.length ? VALUES[code]! : -1;
    if (digit < 0 || shift >= MAX_BITS) return null;
    bits |= (digit & (MORE - 1)) << shift;
    shift += 5;
    if (digit >= MORE) continue;
    const number = last[axis]! + ((bits & 1) === 1 ? -(bits >>> 1) : bits >>> 1);
    const most = axis === 2 ? PRESSURE_UNITS : MAX_UNITS;
    if (number > most || number < (axis === 2 ? 0 : -MAX_UNITS)) return null;
    last[axis] = number;
    values[at++] = axis === 2 ? number / PRESSURE_UNITS : number / PIXEL_UNITS;
    axis = axis + 1 === stride ? 0 : axis + 1;
    bits = 0;
    shift = 0;
  }
  return shift === 0 ? { values, stride } : null;
}

/** Returns how many numbers end in the text; their last digits are A-Z and a-f. */
function countNumbers(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code >= 65 && code <= 90) || (code >= 97 && code <= 102)) count++;
  }
  return count;
}

/** Encodes a whole number: the sign in the lowest bit, 5 bits per digit, the lowest first. */
function encode(value: number): string {
  const number = value < 0 ? (-value << 1) | 1 : value << 1;
  return SHORT[number] ?? digitsOf(number);
}

function digitsOf(number: number): string {
  let text = '';
  let rest = number;
  do {
    const digit = rest & (MORE - 1);
    rest >>>= 5;
    text += DIGITS.charAt(rest > 0 ? digit | MORE : digit);
  } while (rest > 0);
  return text;
}

/** Texts of the differences between neighbouring points, which are small. */
const SHORT = Array.from({ length: 1024 }, (_, number) => digitsOf(number));
