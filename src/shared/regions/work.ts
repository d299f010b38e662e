/** Estimates how long regions take to evaluate, and refuses what would keep the program busy for too long. */
import { UnsmearError } from '../core/errors.js';
import type { Rect } from '../contracts/restore.js';
import { bandRows } from './bands.js';
import { brushReach } from './brush.js';
import type { BrushStroke, RegionOperation } from './document.js';
import { isSpread, totalMargin } from './evaluate.js';
import { frameBounds, intersect, pixelsAround, type Frame, type PhotoSize } from './pixels.js';
import { hasPressure, strokeBounds } from './stroke.js';

/** Nanoseconds of evaluation per pixel of the photo: four minutes for 24 megapixels. */
const NS_PER_PIXEL = 10_000;
/** Nanoseconds that any photo may take, however small. */
const LEAST_NS = 20e9;

/**
 * Estimates the time to evaluate `operations` at a scale, as a share of what a photo of this size may take; a
 * document above 1 is refused. `known` caches operations that several documents share.
 */
export function workShare(
  operations: readonly RegionOperation[],
  photo: PhotoSize,
  scale = 1,
  known = new WeakMap<RegionOperation, number>(),
): number {
  const frame = { photo, scale };
  const whole = frameBounds(frame);
  const margin = totalMargin(operations, scale);
  const rows = bandRows(whole.w, margin);
  const bands = Math.ceil(whole.h / rows);
  // Bands overlap by their margins.
  const overlap = Math.max(1, (bands * Math.min(whole.h, rows + 2 * margin)) / whole.h);
  let ns = 0;
  for (const operation of operations) {
    const own = known.get(operation) ?? operationNs(operation, frame);
    known.set(operation, own);
    ns += own;
  }
  return (ns * overlap) / Math.max(LEAST_NS, NS_PER_PIXEL * photo.width * photo.height);
}

/** Throws `mask-invalid` if the evaluation would take longer than a photo of this size may. */
export function checkWork(
  operations: readonly RegionOperation[],
  photo: PhotoSize,
  scale: number,
): void {
  if (workShare(operations, photo, scale) <= 1) return;
  throw new UnsmearError('mask-invalid', `The mask ${TOO_MUCH_WORK}.`, {
    hint: 'Draw it with fewer and shorter strokes, or import it as a picture.',
  });
}

/** The end of a sentence about a mask. */
export const TOO_MUCH_WORK = 'would take too long to draw on a photo of this size';

/** Measured nanoseconds, per pixel unless said otherwise, on a core of 2020. */
const NS = {
  shape: 10,
  invert: 1.5,
  feather: 70,
  grow: 90,
  grid: 20,
  cell: 2,
  /** A pixel that a piece of a stroke reaches, without and with pressure. */
  piece: 4,
  pressed: 25,
  /** A point, in about ten bands. */
  point: 3000,
  /** A row that an edge of an outline crosses. */
  edge: 1200,
} as const;

function operationNs(operation: RegionOperation, frame: Frame): number {
  const whole = frameBounds(frame);
  const area = areaOf(whole);
  if (isSpread(operation)) return area * NS[operation.kind];
  switch (operation.kind) {
    case 'stroke':
      return strokeNs(operation, frame);
    case 'lasso':
      return outlineNs(operation.points, frame);
    case 'threshold':
    case 'bitmap':
      return area * NS.grid + operation.map.width * operation.map.height * NS.cell;
    case 'rectangle':
    case 'ellipse': {
      const { x, y, w, h } = operation;
      const { scale } = frame;
      const box = pixelsAround(x * scale, y * scale, (x + w) * scale, (y + h) * scale);
      return areaOf(intersect(box, whole)) * NS.shape;
    }
    case 'invert':
      return area * NS.invert;
    case 'clear':
      return 0;
  }
}

function strokeNs(stroke: BrushStroke, frame: Frame): number {
  const { scale } = frame;
  const bounds = intersect(strokeBounds(stroke, scale), frameBounds(frame));
  const reach = brushReach((stroke.size * scale) / 2);
  const whole = frameBounds(frame);
  let visited = 0;
  let [x0, y0] = stroke.points[0]!;
  for (const [x1, y1] of stroke.points) {
    const [ax, ay, bx, by] = [x0 * scale, y0 * scale, x1 * scale, y1 * scale];
    const box = intersect(
      whole,
      pixelsAround(
        Math.min(ax, bx) - reach,
        Math.min(ay, by) - reach,
        Math.max(ax, bx) + reach,
        Math.max(ay, by) + reach,
      ),
    );
    const capsule = (Math.hypot(bx - ax, by - ay) + 2 * reach) * 2 * reach;
    visited += Math.min(areaOf(box), capsule);
    [x0, y0] = [x1, y1];
  }
  const perPixel = hasPressure(stroke.points) ? NS.pressed : NS.piece;
  const points = stroke.points.length * NS.point;
  return areaOf(bounds) * NS.shape + visited * perPixel + points;
}

function outlineNs(points: readonly (readonly [number, number])[], frame: Frame): number {
  const { scale } = frame;
  const whole = frameBounds(frame);
  let rows = 0;
  let [left, right] = [Infinity, -Infinity];
  let last = points.at(-1)!;
  for (const point of points) {
    const [top, bottom] = [last[1] * scale, point[1] * scale].sort((a, b) => a - b);
    rows += Math.max(0, Math.min(whole.h, bottom!) - Math.max(0, top!));
    left = Math.min(left, point[0] * scale);
    right = Math.max(right, point[0] * scale);
    last = point;
  }
  const columns = Math.max(0, Math.min(whole.w, right) - Math.max(0, left));
  return columns * whole.h * NS.shape + rows * NS.edge + points.length * NS.point;
}

function areaOf({ w, h }: Rect): number {
  return w * h;
}
