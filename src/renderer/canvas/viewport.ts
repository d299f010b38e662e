/**
 * Where the photo lies in a pane. Everything is in device pixels of the pane and pixels of the photo as displayed, so that
 * 100 % is one photo pixel on one device pixel whatever the screen's scaling.
 */
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Viewport {
  /** Device pixels per photo pixel. */
  readonly scale: number;
  /** The photo's point in the middle of the pane. */
  readonly x: number;
  readonly y: number;
}

export const MAX_SCALE = 32;
/** How far a photo's edge can be pulled into the pane, device pixels: room to paint along the edge. */
const OVERSCROLL = 96;
/** Stops of the zoom keys; the fitted scale is one more. */
const STEPS = [
  1 / 32,
  1 / 16,
  1 / 8,
  1 / 6,
  1 / 4,
  1 / 3,
  1 / 2,
  2 / 3,
  1,
  1.5,
  2,
  3,
  4,
  6,
  8,
  12,
  16,
  24,
  MAX_SCALE,
];

/** The scale at which the whole photo is seen; never above 100 %, which would show a small photo softer than it is. */
export function fitScale(photo: Size, pane: Size, margin = 0): number {
  const width = Math.max(1, pane.width - 2 * margin);
  const height = Math.max(1, pane.height - 2 * margin);
  return Math.min(1, width / Math.max(1, photo.width), height / Math.max(1, photo.height));
}

/** The whole photo, centred. */
export function fit(photo: Size, pane: Size, margin = 0): Viewport {
  return { scale: fitScale(photo, pane, margin), x: photo.width / 2, y: photo.height / 2 };
}

/** The smallest scale: half of what fits, so that a photo can be put aside but not lost. */
function minScale(photo: Size, pane: Size): number {
  return fitScale(photo, pane) / 2;
}

/** The viewport with its scale within limits and the photo within reach. */
export function limit(view: Viewport, photo: Size, pane: Size): Viewport {
  const scale = clamp(view.scale, minScale(photo, pane), MAX_SCALE);
  return {
    scale,
    x: limitAxis(view.x, photo.width, pane.width / scale, OVERSCROLL / scale),
    y: limitAxis(view.y, photo.height, pane.height / scale, OVERSCROLL / scale),
  };
}

/** A photo that fits along an axis is centred; a larger one may be moved, with an overscroll that grows from zero. */
function limitAxis(centre: number, length: number, seen: number, overscroll: number): number {
  const hidden = Math.max(0, (length - seen) / 2);
  const reach = hidden + Math.min(overscroll, hidden);
  return clamp(centre, length / 2 - reach, length / 2 + reach);
}

/** Zooms so that the photo's point under `at` (device pixels of the pane) stays where it is. */
export function zoomTo(
  view: Viewport,
  scale: number,
  at: Point,
  photo: Size,
  pane: Size,
): Viewport {
  const target = clamp(scale, minScale(photo, pane), MAX_SCALE);
  const fixed = toPhoto(view, pane, at);
  const x = fixed.x - (at.x - pane.width / 2) / target;
  const y = fixed.y - (at.y - pane.height / 2) / target;
  return limit({ scale: target, x, y }, photo, pane);
}

/** One stop in (`direction` 1) or out (-1); the scale that fits is a stop as well. */
export function zoomStep(
  view: Viewport,
  direction: 1 | -1,
  at: Point,
  photo: Size,
  pane: Size,
  margin = 0,
): Viewport {
  const stops = [...STEPS, fitScale(photo, pane, margin)].sort((a, b) => a - b);
  // A hair's breadth, so that a stop that was reached is left.
  const next =
    direction === 1
      ? stops.find((stop) => stop > view.scale * 1.001)
      : stops.findLast((stop) => stop < view.scale * 0.999);
  return zoomTo(view, next ?? view.scale, at, photo, pane);
}

/** The factor of a wheel's turn or a pinch: the same turn back undoes it. */
export function wheelFactor(delta: number, mode: number, pinch: boolean): number {
  const pixels = mode === 1 ? delta * 16 : mode === 2 ? delta * 400 : delta;
  return Math.exp(-clamp(pixels, -240, 240) * (pinch ? 0.01 : 0.0025));
}

/** Moves the photo by device pixels, as a hand does. */
export function pan(view: Viewport, dx: number, dy: number, photo: Size, pane: Size): Viewport {
  const { scale } = view;
  return limit({ scale, x: view.x - dx / scale, y: view.y - dy / scale }, photo, pane);
}

/** Moves the view with the arrow keys: a step of 64 layout pixels, or nearly a pane (`page`). */
export function panKey(
  view: Viewport,
  key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown',
  page: boolean,
  pixelRatio: number,
  photo: Size,
  pane: Size,
): Viewport {
  const horizontal = key === 'ArrowLeft' || key === 'ArrowRight';
  const length = horizontal ? pane.width : pane.height;
  const step = page ? length * 0.8 : 64 * pixelRatio;
  const signed = key === 'ArrowLeft' || key === 'ArrowUp' ? step : -step;
  return horizontal ? pan(view, signed, 0, photo, pane) : pan(view, 0, signed, photo, pane);
}

/** The photo's top left corner in the pane, on a whole device pixel so that 100 % is sharp. */
export function origin(view: Viewport, pane: Size): Point {
  return {
    x: Math.round(pane.width / 2 - view.x * view.scale),
    y: Math.round(pane.height / 2 - view.y * view.scale),
  };
}

/** A point of the pane as a point of the photo. */
export function toPhoto(view: Viewport, pane: Size, at: Point): Point {
  return {
    x: view.x + (at.x - pane.width / 2) / view.scale,
    y: view.y + (at.y - pane.height / 2) / view.scale,
  };
}

/** A point of the photo as a point of the pane. */
export function toPane(view: Viewport, pane: Size, at: Point): Point {
  return {
    x: (at.x - view.x) * view.scale + pane.width / 2,
    y: (at.y - view.y) * view.scale + pane.height / 2,
  };
}

/** The part of the photo that is seen; empty (`w` or `h` 0) when none is. */
export function visibleRect(view: Viewport, photo: Size, pane: Size): Rect {
  const from = toPhoto(view, pane, { x: 0, y: 0 });
  const to = toPhoto(view, pane, { x: pane.width, y: pane.height });
  const x = clamp(from.x, 0, photo.width);
  const y = clamp(from.y, 0, photo.height);
  return {
    x,
    y,
    w: Math.max(0, clamp(to.x, 0, photo.width) - x),
    h: Math.max(0, clamp(to.y, 0, photo.height) - y),
  };
}

/** The rectangle between two points of the photo, kept inside it. */
export function dragRect(a: Point, b: Point, photo: Size): Rect {
  const x = clamp(Math.min(a.x, b.x), 0, photo.width);
  const y = clamp(Math.min(a.y, b.y), 0, photo.height);
  return {
    x,
    y,
    w: clamp(Math.max(a.x, b.x), 0, photo.width) - x,
    h: clamp(Math.max(a.y, b.y), 0, photo.height) - y,
  };
}
