/**
 * Fades the change of a photo out where its softness is not motion: defocus, or a photo that shows
 * less detail than its pixels could hold. There a network sharpens what was never sharp. The
 * numbers were chosen with test/bench/octaves/long-blur.js.
 */
import type { Rect } from '../../shared/contracts/restore.js';
import { grown, type Size } from '../../shared/core/geometry.js';
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

/** Returns the part of the photo whose change depends on the blur in `rect`. */
export function fadeReach(rect: Rect): Rect {
  return grown(rect, (RADIUS + 1) * PITCH);
}

/** Weights 0..1 at the corners of a grid over a part of the photo. */
interface Weights {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Weights of the changes of a photo, kept between its tiles: they are read for each picture. */
export class Fade {
  private readonly columns: number;
  private readonly rows: number;
  /** Motion, softness and certain motion at each place, 0..1. */
  private readonly moved: Float32Array;
  private readonly soft: Float32Array;
  private readonly certain: Float32Array;
  /** Parts of the photo whose blur must be read again. */
  private stale: Rect[] = [];

  constructor(
    private readonly field: BlurField,
    photo: Size,
  ) {
    this.columns = Math.ceil(photo.width / PITCH);
    this.rows = Math.ceil(photo.height / PITCH);
    const places = this.columns * this.rows;
    this.moved = new Float32Array(places);
    this.soft = new Float32Array(places);
    this.certain = new Float32Array(places);
  }

  /** Notes that the estimated blur has changed in a part of the photo. */
  note(rect: Rect): void {
    this.stale.push(rect);
  }

  /**
   * Returns a residual ([h, w, 3] over `rect`, in pixels of an octave) with the change that
   * remains; the residual itself if all of it does, `null` if nothing does.
   */
  apply(residual: Int16Array, rect: Rect, octave: number): Int16Array | null {
    for (const part of this.stale) this.read(part);
    this.stale = [];
    const side = 2 ** octave;
    const { x, y, w, h } = rect;
    const weights = this.weightsOver({ x: x * side, y: y * side, w: w * side, h: h * side });
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

  /** Reads the blur at the places of a part of the photo. */
  private read({ x, y, w, h }: Rect): void {
    const right = Math.min(this.columns, Math.ceil((x + w) / PITCH));
    const bottom = Math.min(this.rows, Math.ceil((y + h) / PITCH));
    for (let row = Math.floor(y / PITCH); row < bottom; row++) {
      for (let column = Math.floor(x / PITCH); column < right; column++) {
        const [px, py] = [column * PITCH, row * PITCH];
        const blur = this.field.at(px, py);
        const at = row * this.columns + column;
        this.moved[at] = blur?.moved ?? 0;
        this.soft[at] = blur === null ? 0 : blur.moved + blur.defocused;
        this.certain[at] = this.field.at(px, py, CERTAIN)?.moved ?? 0;
      }
    }
  }

  private weightsOver({ x, y, w, h }: Rect): Weights {
    const first = { column: Math.floor(x / PITCH), row: Math.floor(y / PITCH) };
    const columns = Math.ceil((x + w) / PITCH) - first.column + 1;
    const rows = Math.ceil((y + h) / PITCH) - first.row + 1;
    const values = new Float32Array(columns * rows);
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        values[i] = this.weightAt(first.column + column, first.row + row);
      }
    }
    return { left: first.column * PITCH, top: first.row * PITCH, columns, values };
  }

  private weightAt(column: number, row: number): number {
    const right = Math.min(this.columns - 1, column + RADIUS);
    const bottom = Math.min(this.rows - 1, row + RADIUS);
    let [motion, all] = [0, HARDLY_SOFT];
    for (let r = Math.max(0, row - RADIUS); r <= bottom; r++) {
      const line = r * this.columns;
      for (let c = Math.max(0, column - RADIUS); c <= right; c++) {
        motion += this.moved[line + c]!;
        all += this.soft[line + c]!;
      }
    }
    const isInside = column < this.columns && row < this.rows;
    const own = isInside ? this.certain[row * this.columns + column]! : 0;
    return smoothstep(Math.max(motion / all, own));
  }
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
