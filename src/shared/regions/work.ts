/**
 * Estimates how long regions take to evaluate, and refuses documents that would block the program
 * for too long.
 */
import { UnsmearError } from '../core/errors.js';
import type { Rect } from '../contracts/restore.js';
import { bandRows } from './bands.js';
import { brushReach } from './brush.js';
import { pathOf, type BrushStroke, type RegionOperation } from './document.js';
import { isSpread, spreadMargin } from './evaluate.js';
import type { Path } from './path.js';
import { frameBounds, intersect, pixelsAround, type Frame, type PhotoSize } from './pixels.js';
import { strokeBounds } from './stroke.js';

/** Nanoseconds of evaluation per pixel of the photo: four minutes for 24 megapixels. */
const NS_PER_PIXEL = 10_000;
/** Nanoseconds that any photo may take, however small. */
const LEAST_NS = 20e9;

/** Estimated cost of evaluating operations, each field their sum. */
export interface Work {
  /** Whole nanoseconds, so that sums of any order are equal. */
  readonly ns: number;
  /** Pixels around a window that feathering and growing need. */
  readonly margin: number;
}

/** Estimates the cost of one operation at a scale. */
export function workOf(operation: RegionOperation, photo: PhotoSize, scale: number): Work {
  const ns = Math.round(operationNs(operation, { photo, scale }));
  return { ns, margin: isSpread(operation) ? spreadMargin(operation, scale) : 0 };
}

/**
 * Returns a cost as a share of what a photo of this size may take; a document above 1 is refused.
 */
export function shareOf({ ns, margin }: Work, photo: PhotoSize, scale: number): number {
  const whole = frameBounds({ photo, scale });
  const rows = bandRows(whole.w, margin);
  const bands = Math.ceil(whole.h / rows);
  // Bands overlap by their margins.
  const overlap = Math.max(1, (bands * Math.min(whole.h, rows + 2 * margin)) / whole.h);
  return (ns * overlap) / Math.max(LEAST_NS, NS_PER_PIXEL * photo.width * photo.height);
}

/**
 * Returns the share that `operations` take together. `known` caches the cost of single operations.
 */
export function workShare(
  operations: readonly RegionOperation[],
  photo: PhotoSize,
  scale = 1,
  known = new WeakMap<RegionOperation, Work>(),
): number {
  let [ns, margin] = [0, 0];
  for (const operation of operations) {
    const own = known.get(operation) ?? workOf(operation, photo, scale);
    known.set(operation, own);
    ns += own.ns;
    margin += own.margin;
  }
  return shareOf({ ns, margin }, photo, scale);
}

/** Throws `mask-invalid` if the evaluation would take longer than a photo of this size may. */
export function checkWork(
  operations: readonly RegionOperation[],
  photo: PhotoSize,
  scale: number,
): void {
  if (workShare(operations, photo, scale) <= 1) return;
  throw new UnsmearError('mask-invalid', { reason: 'too-much-work' });
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
  piece: 3,
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
      return outlineNs(pathOf(operation), frame);
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
  const whole = frameBounds(frame);
  const bounds = intersect(strokeBounds(stroke, scale), whole);
  const reach = brushReach((stroke.size * scale) / 2);
  const { values, stride } = pathOf(stroke);
  let visited = 0;
  let [ax, ay] = [values[0]! * scale, values[1]! * scale];
  for (let at = 0; at < values.length; at += stride) {
    const [bx, by] = [values[at]! * scale, values[at + 1]! * scale];
    // Width and height of the part of the piece's box that lies inside the photo.
    const w = Math.min(whole.w, Math.max(ax, bx) + reach) - Math.max(0, Math.min(ax, bx) - reach);
    const h = Math.min(whole.h, Math.max(ay, by) + reach) - Math.max(0, Math.min(ay, by) - reach);
    // Behind its start a piece without pressure is not visited.
    const ends = at === 0 || stroke.pressure ? 2 : 1;
    const capsule = (Math.hypot(bx - ax, by - ay) + ends * reach) * 2 * reach;
    visited += Math.min(Math.max(0, w) * Math.max(0, h), capsule);
    [ax, ay] = [bx, by];
  }
  const perPixel = stroke.pressure ? NS.pressed : NS.piece;
  const points = (values.length / stride) * NS.point;
  return areaOf(bounds) * NS.shape + visited * perPixel + points;
}

function outlineNs({ values }: Path, frame: Frame): number {
  const { scale } = frame;
  const whole = frameBounds(frame);
  let rows = 0;
  let [left, right] = [Infinity, -Infinity];
  let last = values.at(-1)! * scale;
  for (let at = 0; at < values.length; at += 2) {
    const [x, y] = [values[at]! * scale, values[at + 1]! * scale];
    rows += Math.max(0, Math.min(whole.h, Math.max(last, y)) - Math.max(0, Math.min(last, y)));
    left = Math.min(left, x);
    right = Math.max(right, x);
    last = y;
  }
  const columns = Math.max(0, Math.min(whole.w, right) - Math.max(0, left));
  return columns * whole.h * NS.shape + rows * NS.edge + (values.length / 2) * NS.point;
}

function areaOf({ w, h }: Rect): number {
  return w * h;
}
