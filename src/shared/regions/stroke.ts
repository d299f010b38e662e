/**
 * The layer of a brush stroke. Coverage depends on the distance to the stroke's line, not on dabs along it: where
 * the stroke crosses itself nothing adds up, and more points do not make it denser.
 */
import type { Rect } from '../contracts/restore.js';
import { brushCore, brushCoverage, brushReach } from './brush.js';
import type { BrushPoint, BrushStroke } from './document.js';
import { FULL, indexOf, intersect, isEmpty, pixelsAround, unite, type Layer } from './pixels.js';

const NOWHERE: Rect = { x: 0, y: 0, w: 0, h: 0 };

/** Piece of a stroke between two points, in output pixels; a single point is a piece of length 0. */
interface Piece {
  readonly ax: number;
  readonly ay: number;
  readonly dx: number;
  readonly dy: number;
  /** Radius at the start and at the end. */
  readonly ra: number;
  readonly rb: number;
}

/** A stroke to which points can be added at its end without evaluating the others again. */
export class StrokeLayer implements Layer {
  bounds: Rect = NOWHERE;
  readonly #area: Rect;
  readonly #stroke: BrushStroke;
  readonly #scale: number;
  readonly #pressed: boolean;
  /** Without pressure: smallest squared distance to the line; with pressure: largest coverage 0..1. */
  readonly #field: Float32Array;
  #last: BrushPoint | null = null;

  /**
   * Covers what the stroke can reach of `window`, or all of it if `growing`: then points may follow, with pressure
   * if these have it. `points`: those that are evaluated at once; `extend` adds the others.
   */
  constructor(
    stroke: BrushStroke,
    scale: number,
    window: Rect,
    growing = false,
    points: readonly BrushPoint[] = stroke.points,
  ) {
    this.#stroke = stroke;
    this.#scale = scale;
    this.#pressed = hasPressure(stroke.points);
    this.#area = growing ? window : intersect(window, strokeBounds(stroke, scale));
    const cells = isEmpty(this.#area) ? 0 : this.#area.w * this.#area.h;
    this.#field = new Float32Array(cells);
    if (!this.#pressed) this.#field.fill(Infinity);
    this.extend(points);
  }

  /** Adds points at the end. Returns the area that they can have changed. */
  extend(points: readonly BrushPoint[]): Rect {
    let touched = NOWHERE;
    for (const point of points) {
      const piece = this.#pieceTo(point);
      const area = intersect(this.#area, pieceBounds(piece));
      if (isEmpty(area)) continue;
      if (this.#pressed) this.#coverPiece(piece, area);
      else this.#measurePiece(piece, area);
      touched = unite(touched, area);
    }
    this.bounds = unite(this.bounds, touched);
    return touched;
  }

  row(y: number, x0: number, x1: number, out: Uint16Array): void {
    const { flow, hardness, size } = this.#stroke;
    const r = (size * this.#scale) / 2;
    const full = Math.round(flow * FULL);
    const core = brushCore(r, hardness);
    const core2 = core < 0 ? -1 : core * core;
    const reach2 = brushReach(r) ** 2;
    let at = indexOf(this.#area, x0, y);
    for (let i = 0; i < x1 - x0; i++, at++) {
      const value = this.#field[at]!;
      if (this.#pressed) out[i] = Math.round(flow * value * FULL);
      else if (value <= core2) out[i] = full;
      else if (value >= reach2) out[i] = 0;
      else out[i] = Math.round(flow * brushCoverage(Math.sqrt(value), r, hardness) * FULL);
    }
  }

  #pieceTo(point: BrushPoint): Piece {
    const from = this.#last ?? point;
    this.#last = point;
    const scale = this.#scale;
    const ax = from[0] * scale;
    const ay = from[1] * scale;
    const [dx, dy] = [point[0] * scale - ax, point[1] * scale - ay];
    const radius = (this.#stroke.size * scale) / 2;
    return { ax, ay, dx, dy, ra: radius * (from[2] ?? 1), rb: radius * (point[2] ?? 1) };
  }

  #measurePiece(piece: Piece, area: Rect): void {
    const { ax, ay, dx, dy, ra } = piece;
    const field = this.#field;
    const length2 = dx * dx + dy * dy;
    const inverse = length2 > 0 ? 1 / length2 : 0;
    const core = brushCore(ra, this.#stroke.hardness);
    const core2 = core < 0 ? -1 : core * core;
    const reach = brushReach(ra);
    for (let y = area.y; y < area.y + area.h; y++) {
      const py = y + 0.5 - ay;
      const [left, right] = rowExtent(piece, py, reach);
      const from = Math.max(area.x, Math.floor(left));
      const to = Math.min(area.x + area.w, Math.ceil(right));
      let at = indexOf(this.#area, from, y);
      for (let x = from; x < to; x++, at++) {
        const known = field[at]!;
        if (known <= core2) continue;
        const px = x + 0.5 - ax;
        let t = (px * dx + py * dy) * inverse;
        if (t < 0) t = 0;
        else if (t > 1) t = 1;
        const ex = px - t * dx;
        const ey = py - t * dy;
        const d2 = ex * ex + ey * ey;
        if (d2 < known) field[at] = d2;
      }
    }
  }

  #coverPiece(piece: Piece, area: Rect): void {
    const { ax, ay, dx, dy, ra, rb } = piece;
    const field = this.#field;
    const { hardness } = this.#stroke;
    const length = Math.sqrt(dx * dx + dy * dy);
    const inverse = length > 0 ? 1 / length : 0;
    const slope = (rb - ra) * inverse;
    const reach = brushReach(Math.max(ra, rb));
    for (let y = area.y; y < area.y + area.h; y++) {
      const py = y + 0.5 - ay;
      const [left, right] = rowExtent(piece, py, reach);
      const from = Math.max(area.x, Math.floor(left));
      const to = Math.min(area.x + area.w, Math.ceil(right));
      let at = indexOf(this.#area, from, y);
      for (let x = from; x < to; x++, at++) {
        const known = field[at]!;
        if (known >= 1) continue;
        const px = x + 0.5 - ax;
        // Distance along the line, squared distance across it, and the place whose disc covers the pixel most.
        const u = (px * dx + py * dy) * inverse;
        const v2 = Math.max(0, px * px + py * py - u * u);
        const s = length === 0 ? 0 : bestPlace(u, v2, ra, slope, length);
        const r = length === 0 ? Math.max(ra, rb) : ra + slope * s;
        const value = brushCoverage(Math.sqrt((u - s) * (u - s) + v2), r, hardness);
        if (value > known) field[at] = value;
      }
    }
  }
}

/**
 * Returns where along a piece with linearly changing radius distance / radius is smallest. The ratio of a convex
 * to an affine function has one minimum, at s = u + slope v² / radius(u), or at the wide end if radius(u) ≤ 0.
 */
function bestPlace(u: number, v2: number, ra: number, slope: number, length: number): number {
  const radius = ra + slope * u;
  if (radius <= 0) return slope > 0 ? length : 0;
  return Math.min(length, Math.max(0, u + (slope * v2) / radius));
}

/** Returns the x between which a row, `py` below the piece's start, can be nearer than `reach` to the piece. */
function rowExtent({ ax, dx, dy }: Piece, py: number, reach: number): [number, number] {
  let [t0, t1] = [0, 1];
  if (dy !== 0) {
    const [a, b] = [(py - reach) / dy, (py + reach) / dy];
    t0 = Math.min(1, Math.max(0, Math.min(a, b)));
    t1 = Math.min(1, Math.max(0, Math.max(a, b)));
  }
  // Vertical distance of the row to the piece; 0 if its ends lie on both sides of the row.
  const nearest = Math.max(0, Math.min(py, py - dy), -Math.max(py, py - dy));
  const half = Math.sqrt(Math.max(0, reach * reach - nearest * nearest));
  const [x0, x1] = [ax + t0 * dx, ax + t1 * dx];
  return [Math.min(x0, x1) - half, Math.max(x0, x1) + half];
}

function pieceBounds({ ax, ay, dx, dy, ra, rb }: Piece): Rect {
  const reach = brushReach(Math.max(ra, rb));
  return pixelsAround(
    Math.min(ax, ax + dx) - reach,
    Math.min(ay, ay + dy) - reach,
    Math.max(ax, ax + dx) + reach,
    Math.max(ay, ay + dy) + reach,
  );
}

/** Returns whether any of the points has a pressure. */
export function hasPressure(points: readonly BrushPoint[]): boolean {
  return points.some((point) => point.length === 3);
}

/** Returns the area that the stroke can cover, in output pixels. */
export function strokeBounds({ points, size }: BrushStroke, scale: number): Rect {
  const reach = brushReach((size * scale) / 2);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    left = Math.min(left, x * scale);
    right = Math.max(right, x * scale);
    top = Math.min(top, y * scale);
    bottom = Math.max(bottom, y * scale);
  }
  return pixelsAround(left - reach, top - reach, right + reach, bottom + reach);
}
