/** Regions to pixels: the operations in their order, with the surroundings that feathering and growing need. */
import type { Rect } from '../restore.js';
import { feather, featherMargin } from './blur.js';
import { startsFull, type RegionOperation } from './document.js';
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

/** Operations whose pixels depend on their neighbours. */
export function isSpread(operation: RegionOperation): operation is SpreadOperation {
  return operation.kind === 'feather' || operation.kind === 'grow';
}

/** How many pixels around are needed. */
export function spreadMargin(operation: SpreadOperation, scale: number): number {
  return operation.kind === 'feather'
    ? featherMargin((operation.radius * scale) / 2)
    : growMargin(operation.amount * scale);
}

/** The margins of all operations together. */
export function totalMargin(operations: readonly RegionOperation[], scale: number): number {
  return operations
    .filter(isSpread)
    .reduce((sum, operation) => sum + spreadMargin(operation, scale), 0);
}

/** In place; right up to the margin from edges that are not the photo's. */
export function applySpread(pixels: Pixels, operation: SpreadOperation, scale: number): void {
  if (operation.kind === 'feather') feather(pixels, (operation.radius * scale) / 2);
  else grow(pixels, operation.amount * scale);
}

export function invert({ data }: Pixels): void {
  for (let i = 0; i < data.length; i++) data[i] = FULL - data[i]!;
}

/** What an operation covers by itself; only pixels of `window` are ever asked for. */
export function layerOf(operation: PaintOperation, frame: Frame, window: Rect): Layer {
  switch (operation.kind) {
    case 'stroke':
      return new StrokeLayer(operation, frame.scale, window);
    case 'rectangle':
      return rectangleLayer(operation, frame, window);
    case 'ellipse':
      return ellipseLayer(operation, frame, window);
    case 'lasso':
      return polygonLayer(operation.points, frame, window);
    case 'threshold':
      return thresholdLayer(operation, frame, window);
    case 'bitmap':
      return bitmapLayer(operation.map, frame, window);
  }
}

/**
 * Coverage of `rect`, which must lie inside the photo. `operations` hold no `clear`. Any part equals the same part of the
 * whole.
 */
export function evaluate(operations: readonly RegionOperation[], frame: Frame, rect: Rect): Pixels {
  const last = operations.findLastIndex(isSpread);
  const pixels = blank(rect, last < 0 && startsFull(operations) ? FULL : 0);
  const spread = operations[last];
  if (isEmpty(rect)) return pixels;
  if (spread && isSpread(spread)) {
    const margin = spreadMargin(spread, frame.scale);
    const wide = intersect(expand(rect, margin), frameBounds(frame));
    const before = evaluate(operations.slice(0, last), frame, wide);
    applySpread(before, spread, frame.scale);
    copyPixels(before, pixels);
  }
  for (const operation of operations.slice(last + 1)) {
    if (operation.kind === 'invert') invert(pixels);
    else if ('mode' in operation) paint(pixels, layerOf(operation, frame, rect), operation.mode);
  }
  return pixels;
}
