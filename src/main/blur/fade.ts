/**
 * Fades the change of a photo out where its softness is not motion: defocus, or a photo that shows
 * less detail than its pixels could hold. There a network sharpens what was never sharp. The
 * numbers were chosen with test/bench/octaves/long-blur.js.
 */
import type { Rect } from '../../shared/contracts/restore.js';
import type { Size } from '../../shared/core/geometry.js';
import type { BlurField } from './blur-field.js';

/** Distance in photo pixels of the places at which the blur is read. */
const PITCH = 32;
/** Places around a place, in each direction, whose blur decides about it. */
const RADIUS = 6;
/**
 * Share of motion among what is soft: up to the first nothing changes, from the second on all does.
 */
const SHARES = [0.5, 0.8] as const;
/** Softness that no estimate is free of, so that it decides nothing. */
const HARDLY_SOFT = 0.02 * (2 * RADIUS + 1) ** 2;
/** From this octave on, an estimate of motion is certain: defocus is no longer visible there. */
const CERTAIN = 2;

/** Pixels of the photo beyond a rectangle whose blur decides about its change. */
export const FADE_REACH = (RADIUS + 1) * PITCH;

/** Weights 0..1 at the corners of a grid over a part of the photo. */
interface Weights {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
}

/**
 * Returns a residual ([h, w, 3] over `rect`, in pixels of an octave) with the change that remains;
 * the residual itself if all of it does, `null` if nothing does. `photo`: size of the photo.
 */
export function faded(
  residual: Int16Array,
  rect: Rect,
  octave: number,
  field: BlurField,
  photo: Size,
): Int16Array | null {
  const side = 2 ** octave;
  const { x, y, w, h } = rect;
  const over = { x: x * side, y: y * side, w: w * side, h: h * side };
  const weights = weightsOver(field, over, photo);
  if (weights.values.every((value) => value === 1)) return residual;
  if (weights.values.every((value) => value === 0)) return null;
  const out = new Int16Array(residual.length);
  for (let row = 0, i = 0; row < h; row++) {
    const down = ((y + row + 0.5) * side - weights.top) / PITCH;
    for (let column = 0; column < w; column++) {
      const across = ((x + column + 0.5) * side - weights.left) / PITCH;
      const weight = interpolate(weights, across, down);
      for (let c = 0; c < 3; c++, i++) out[i] = Math.round(residual[i]! * weight);
    }
  }
  return out;
}

function weightsOver(field: BlurField, { x, y, w, h }: Rect, photo: Size): Weights {
  const first = { column: Math.floor(x / PITCH), row: Math.floor(y / PITCH) };
  const columns = Math.ceil((x + w) / PITCH) - first.column + 1;
  const rows = Math.ceil((y + h) / PITCH) - first.row + 1;
  const across = columns + 2 * RADIUS;
  const down = rows + 2 * RADIUS;
  const moved = new Float32Array(across * down);
  const soft = new Float32Array(across * down);
  const certain = new Float32Array(across * down);
  for (let row = 0, i = 0; row < down; row++) {
    for (let column = 0; column < across; column++, i++) {
      const px = (first.column + column - RADIUS) * PITCH;
      const py = (first.row + row - RADIUS) * PITCH;
      if (px < 0 || py < 0 || px >= photo.width || py >= photo.height) continue;
      const blur = field.at(px, py);
      if (blur === null) continue;
      moved[i] = blur.moved;
      soft[i] = blur.moved + blur.defocused;
      certain[i] = field.at(px, py, CERTAIN)?.moved ?? 0;
    }
  }
  const values = new Float32Array(columns * rows);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      let [motion, all] = [0, HARDLY_SOFT];
      for (let r = row; r <= row + 2 * RADIUS; r++) {
        for (let at = r * across + column; at <= r * across + column + 2 * RADIUS; at++) {
          motion += moved[at]!;
          all += soft[at]!;
        }
      }
      const own = certain[(row + RADIUS) * across + column + RADIUS]!;
      values[i] = smoothstep(Math.max(motion / all, own));
    }
  }
  return { left: first.column * PITCH, top: first.row * PITCH, columns, rows, values };
}

/** Returns the weight at a place, in grid steps from the first corner. */
function interpolate({ columns, values }: Weights, across: number, down: number): number {
  const [column, row] = [Math.floor(across), Math.floor(down)];
  const [right, below] = [across - column, down - row];
  const at = row * columns + column;
  const top = values[at]! + right * (values[at + 1]! - values[at]!);
  const next = at + columns;
  const bottom = values[next]! + right * (values[next + 1]! - values[next]!);
  return top + below * (bottom - top);
}

function smoothstep(share: number): number {
  const [none, all] = SHARES;
  const t = Math.min(1, Math.max(0, (share - none) / (all - none)));
  return t * t * (3 - 2 * t);
}
