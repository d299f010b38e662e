/**
 * Layer of a brush stroke. Coverage depends on the distance to the stroke's line, not on dabs along
 * it: nothing adds up where the stroke crosses itself, and more points do not make it denser.
 */
import type { Rect } from '../contracts/restore.js';
import { brushCore, brushCoverage, brushReach } from './brush.js';
import { pathOf, type BrushStroke } from './document.js';
import type { Path } from './path.js';
import { FULL, indexOf, intersect, isEmpty, pixelsAround, unite, type Layer } from './pixels.js';

const NOWHERE: Rect = { x: 0, y: 0, w: 0, h: 0 };

/**
 * Piece of a stroke between two points, in output pixels; a single point is a piece of length 0.
 */
interface Piece {
  readonly ax: number;
  readonly ay: number;
  readonly dx: number;
  readonly dy: number;
  /** Whether no other piece ends where this one starts. */
  readonly first: boolean;
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
  /**
   * Without pressure: smallest squared distance to the line; with pressure: largest coverage 0..1.
   */
  readonly #field: Float32Array;
  /** `null` before the first point. */
  #last: readonly [number, number, number] | null = null;

  /**
   * Covers the part of `window` that the stroke can reach, or all of it if `growing`: then points
   * may follow. Starts without points; `extend` adds them.
   */
  constructor(stroke: BrushStroke, scale: number, window: Rect, growing = false) {
    this.#stroke = stroke;
    this.#scale = scale;
    this.#area = growing ? window : intersect(window, strokeBounds(stroke, scale));
    const cells = isEmpty(this.#area) ? 0 : this.#area.w * this.#area.h;
    this.#field = new Float32Array(cells);
    if (!stroke.pressure) this.#field.fill(Infinity);
  }

  /** Returns the layer of a whole stroke. */
  static of(stroke: BrushStroke, scale: number, window: Rect, growing = false): StrokeLayer {
    const layer = new StrokeLayer(stroke, scale, window, growing);
    layer.extend(pathOf(stroke));
    return layer;
  }

  /** x, y and pressure of the last point. */
  get end(): readonly [number, number, number] {
    return this.#last ?? [0, 0, 0];
  }

  /** Whether nothing of the window can be covered. */
  get isEmpty(): boolean {
    return isEmpty(this.#area);
  }

  /**
   * Adds the points of a path from `from` to `to` at the end. Returns the area that they can have
   * changed.
   */
  extend({ values, stride }: Path, from = 0, to = values.length / stride): Rect {
    let touched = NOWHERE;
    if (this.isEmpty) return touched;
    for (let at = from * stride; at < to * stride; at += stride) {
      const piece = this.#pieceTo(values[at]!, values[at + 1]!, stride === 3 ? values[at + 2]! : 1);
      const area = intersect(this.#area, pieceBounds(piece));
      if (isEmpty(area)) continue;
      if (this.#stroke.pressure) this.#coverPiece(piece, area);
      else this.#measurePiece(piece, area);
      touched = unite(touched, area);
    }
    this.bounds = unite(this.bounds, touched);
    return touched;
  }

  row(y: number, x0: number, x1: number, out: Uint16Array): void {
    const { flow, hardness, pressure, size } = this.#stroke;
    const r = (size * this.#scale) / 2;
    const full = Math.round(flow * FULL);
    const core = brushCore(r, hardness);
    const core2 = core < 0 ? -1 : core * core;
    const reach2 = brushReach(r) ** 2;
    let at = indexOf(this.#area, x0, y);
    for (let i = 0; i < x1 - x0; i++, at++) {
      const value = this.#field[at]!;
      if (pressure) out[i] = Math.round(flow * value * FULL);
      else if (value <= core2) out[i] = full;
      else if (value >= reach2) out[i] = 0;
      else out[i] = Math.round(flow * brushCoverage(Math.sqrt(value), r, hardness) * FULL);
    }
  }

  #pieceTo(x: number, y: number, pressure: number): Piece {
    const [fromX, fromY, fromPressure] = this.#last ?? [x, y, pressure];
    const scale = this.#scale;
    const ax = fromX * scale;
    const ay = fromY * scale;
    const radius = (this.#stroke.size * scale) / 2;
    const piece = {
      ...{ ax, ay, dx: x * scale - ax, dy: y * scale - ay, first: this.#last === null },
      ...{ ra: radius * fromPressure, rb: radius * pressure },
    };
    this.#last = [x, y, pressure];
    return piece;
  }

  #measurePiece(piece: Piece, area: Rect): void {
    const { ax, ay, dx, dy, ra, first } = piece;
    const field = this.#field;
    const length2 = dx * dx + dy * dy;
    const inverse = length2 > 0 ? 1 / length2 : 0;
    const core = brushCore(ra, this.#stroke.hardness);
    const core2 = core < 0 ? -1 : core * core;
    const reach = brushReach(ra);
    for (let y = area.y; y < area.y + area.h; y++) {
      const py = y + 0.5 - ay;
      const [left, right] = rowExtent(piece, py, reach);
      let from = Math.max(area.x, Math.floor(left));
      let to = Math.min(area.x + area.w, Math.ceil(right));
      if (!first) {
        // The piece before has measured the pixels behind the start, as near to its own end.
        if (dx > 0) from = Math.max(from, Math.floor(ax - (py * dy) / dx - 0.5));
        else if (dx < 0) to = Math.min(to, Math.ceil(ax - (py * dy) / dx + 0.5));
        else if (py * dy <= 0) continue;
      }
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
        // Distance along the line, squared distance across it, place whose disc covers the pixel
        // most.
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
 * Returns where along a piece with linearly changing radius distance / radius is smallest. The
 * ratio of a convex to an affine function has one minimum, at s = u + slope v² / radius(u), or at
 * the wide end if radius(u) ≤ 0.
 */
function bestPlace(u: number, v2: number, ra: number, slope: number, length: number): number {
  const radius = ra + slope * u;
  if (radius <= 0) return slope > 0 ? length : 0;
  return Math.min(length, Math.max(0, u + (slope * v2) / radius));
}

/**
 * Returns the x between which a row, `py` below the piece's start, can be nearer than `reach` to
 * the piece.
 */
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

/** Returns the area that the stroke can cover, in output pixels. */
export function strokeBounds(stroke: BrushStroke, scale: number): Rect {
  const reach = brushReach((stroke.size * scale) / 2);
  const [left, top, right, bottom] = extentOf(stroke);
  return pixelsAround(
    left * scale - reach,
    top * scale - reach,
    right * scale + reach,
    bottom * scale + reach,
  );
}

type Extent = readonly [left: number, top: number, right: number, bottom: number];

/**
 * Extents by stroke: most strokes of a large retouch lie outside the view, and each band asks
 * again.
 */
const extents = new WeakMap<BrushStroke, Extent>();

function extentOf(stroke: BrushStroke): Extent {
  let extent = extents.get(stroke);
  if (!extent) {
    extent = pathExtent(pathOf(stroke));
    extents.set(stroke, extent);
  }
  return extent;
}

/** Returns the smallest box around the points, in pixels of the photo. */
export function pathExtent({ values, stride }: Path): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < values.length; at += stride) {
    left = Math.min(left, values[at]!);
    right = Math.max(right, values[at]!);
    top = Math.min(top, values[at + 1]!);
    bottom = Math.max(bottom, values[at + 1]!);
  }
  return [left, top, right, bottom];
}
