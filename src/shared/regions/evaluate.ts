/**
 * Evaluates regions to pixels: the operations in order, with the margins that feathering and
 * growing need.
 */
import type { Rect } from '../contracts/restore.js';
import { feather, featherMargin } from './blur.js';
import { pathOf, startsFull, type RegionOperation } from './document.js';
import { grow, growMargin } from './distance.js';
import {
  blank,
  copyPixels,
  expand,
  frameBounds,
  FULL,
  intersect,
  isEmpty,
  paint,
  type Frame,
  type Layer,
  type Pixels,
} from './pixels.js';
import { bitmapLayer, thresholdLayer } from './sample.js';
import { ellipseLayer, polygonLayer, rectangleLayer } from './spans.js';
import { StrokeLayer } from './stroke.js';

export type PaintOperation = Extract<RegionOperation, { mode: unknown }>;
export type SpreadOperation = Extract<RegionOperation, { kind: 'feather' | 'grow' }>;

/** Returns whether an operation's pixels depend on their neighbours. */
export function isSpread(operation: RegionOperation): operation is SpreadOperation {
  return operation.kind === 'feather' || operation.kind === 'grow';
}

/** Returns how many pixels around a window an operation needs, in pixels at `scale`. */
export function spreadMargin(operation: SpreadOperation, scale: number): number {
  return operation.kind === 'feather'
    ? featherMargin((operation.radius * scale) / 2)
    : growMargin(operation.amount * scale);
}

/** Returns the sum of all margins, in pixels at `scale`. */
export function totalMargin(operations: readonly RegionOperation[], scale: number): number {
  return operations
    .filter(isSpread)
    .reduce((sum, operation) => sum + spreadMargin(operation, scale), 0);
}

/**
 * Applies a spread in place; pixels nearer than the margin to an edge inside the photo become
 * wrong.
 */
export function applySpread(pixels: Pixels, operation: SpreadOperation, scale: number): void {
  if (operation.kind === 'feather') feather(pixels, (operation.radius * scale) / 2);
  else grow(pixels, operation.amount * scale);
}

export function invert({ data }: Pixels): void {
  for (let i = 0; i < data.length; i++) data[i] = FULL - data[i]!;
}

/** Returns what an operation covers by itself, for pixels of `window` only. */
export function layerOf(operation: PaintOperation, frame: Frame, window: Rect): Layer {
  switch (operation.kind) {
    case 'stroke':
      return StrokeLayer.of(operation, frame.scale, window);
    case 'rectangle':
      return rectangleLayer(operation, frame, window);
    case 'ellipse':
      return ellipseLayer(operation, frame, window);
    case 'lasso':
      return polygonLayer(pathOf(operation), frame, window);
    case 'threshold':
      return thresholdLayer(operation, frame, window);
    case 'bitmap':
      return bitmapLayer(operation.map, frame, window);
  }
}

/**
 * Returns the coverage of `rect`, which must lie inside the photo. `operations` hold no `clear`.
 * Any part equals the same part of the whole. At most two buffers of the widest window are held at
 * a time.
 */
export function evaluate(operations: readonly RegionOperation[], frame: Frame, rect: Rect): Pixels {
  const steps = evaluateInSteps(operations, frame, rect);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Evaluates as `evaluate` does and yields after each part of an operation, so that a caller can
 * pause or stop.
 */
export function* evaluateInSteps(
  operations: readonly RegionOperation[],
  frame: Frame,
  rect: Rect,
): Generator<void, Pixels> {
  if (isEmpty(rect)) return blank(rect, 0);
  const windows = windowsOf(operations, frame, rect);
  let window = windows[0] ?? rect;
  let pixels = blank(window, startsFull(operations) ? FULL : 0);
  let spreads = 0;
  for (const operation of operations) {
    if (isSpread(operation)) {
      applySpread(pixels, operation, frame.scale);
      spreads++;
      window = windows[spreads] ?? rect;
      pixels = cropped(pixels, window);
    } else if (operation.kind === 'invert') invert(pixels);
    else if ('mode' in operation) yield* paintInSteps(pixels, operation, frame, window);
    yield;
  }
  return pixels;
}

const POINTS_AT_ONCE = 8;
const ROWS_AT_ONCE = 16;

function* paintInSteps(
  pixels: Pixels,
  operation: PaintOperation,
  frame: Frame,
  window: Rect,
): Generator<void> {
  let layer: Layer;
  if (operation.kind === 'stroke') {
    const stroke = new StrokeLayer(operation, frame.scale, window);
    if (stroke.isEmpty) return;
    const path = pathOf(operation);
    const points = path.values.length / path.stride;
    for (let i = 0; i < points; i += POINTS_AT_ONCE) {
      stroke.extend(path, i, Math.min(points, i + POINTS_AT_ONCE));
      yield;
    }
    layer = stroke;
  } else layer = layerOf(operation, frame, window);
  const { x, y, w, h } = intersect(layer.bounds, pixels.rect);
  for (let row = 0; row < h; row += ROWS_AT_ONCE) {
    paint(pixels, layer, operation.mode, { x, y: y + row, w, h: Math.min(ROWS_AT_ONCE, h - row) });
    yield;
  }
}

/**
 * Returns the windows that are needed before the first, second … spread, and last `rect` itself.
 */
function windowsOf(operations: readonly RegionOperation[], frame: Frame, rect: Rect): Rect[] {
  const whole = frameBounds(frame);
  const windows = [rect];
  for (let i = operations.length - 1, window = rect; i >= 0; i--) {
    const operation = operations[i]!;
    if (!isSpread(operation)) continue;
    window = intersect(expand(window, spreadMargin(operation, frame.scale)), whole);
    windows.push(window);
  }
  return windows.reverse();
}

function cropped(pixels: Pixels, rect: Rect): Pixels {
  const { x, y, w, h } = pixels.rect;
  if (rect.x === x && rect.y === y && rect.w === w && rect.h === h) return pixels;
  const out = blank(rect, 0);
  copyPixels(pixels, out);
  return out;
}
