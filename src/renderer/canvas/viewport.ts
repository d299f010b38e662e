/**
 * Position of the photo in a pane, in device pixels of the pane and pixels of the photo as
 * displayed: at 100 % one photo pixel is one device pixel on any screen.
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
  /** Zoom factor: device pixels per photo pixel. */
  readonly scale: number;
  /** Photo point in the middle of the pane. */
  readonly x: number;
  readonly y: number;
}

export const MAX_SCALE = 32;
/**
 * Distance in device pixels that the photo's edge can be dragged into the pane, for painting along
 * it.
 */
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

/**
 * Returns the scale that shows the whole photo; at most 100 %, as a small photo would look soft.
 */
export function fitScale(photo: Size, pane: Size, margin = 0): number {
  const width = Math.max(1, pane.width - 2 * margin);
  const height = Math.max(1, pane.height - 2 * margin);
  return Math.min(1, width / Math.max(1, photo.width), height / Math.max(1, photo.height));
}

/** Returns the whole photo, centred. */
export function fit(photo: Size, pane: Size, margin = 0): Viewport {
  return { scale: fitScale(photo, pane, margin), x: photo.width / 2, y: photo.height / 2 };
}

/** Returns the smallest scale: half of the fitted one, so that the photo cannot get lost. */
function minScale(photo: Size, pane: Size): number {
  return fitScale(photo, pane) / 2;
}

/** Limits the scale, and the position to where the photo stays in reach. */
export function limit(view: Viewport, photo: Size, pane: Size): Viewport {
  const scale = clamp(view.scale, minScale(photo, pane), MAX_SCALE);
  return {
    scale,
    x: limitAxis(view.x, photo.width, pane.width / scale, OVERSCROLL / scale),
    y: limitAxis(view.y, photo.height, pane.height / scale, OVERSCROLL / scale),
  };
}

/**
 * Centres a photo that fits along an axis; a larger one may be moved, with an overscroll that grows
 * from zero.
 */
function limitAxis(centre: number, length: number, seen: number, overscroll: number): number {
  const hidden = Math.max(0, (length - seen) / 2);
  const reach = hidden + Math.min(overscroll, hidden);
  return clamp(centre, length / 2 - reach, length / 2 + reach);
}

/** Zooms around the photo point below `at` (device pixels of the pane). */
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

/** Zooms one stop in (`direction` 1) or out (-1); the fitted scale is a stop as well. */
export function zoomStep(
  view: Viewport,
  direction: 1 | -1,
  at: Point,
  photo: Size,
  pane: Size,
  margin = 0,
): Viewport {
  const stops = [...STEPS, fitScale(photo, pane, margin)].sort((a, b) => a - b);
  // A tolerance, so that a stop that was reached is left.
  const next =
    direction === 1
      ? stops.find((stop) => stop > view.scale * 1.001)
      : stops.findLast((stop) => stop < view.scale * 0.999);
  return zoomTo(view, next ?? view.scale, at, photo, pane);
}

/** Returns the zoom factor of a wheel turn or a pinch; turning back undoes it. */
export function wheelFactor(delta: number, mode: number, pinch: boolean): number {
  const pixels = mode === 1 ? delta * 16 : mode === 2 ? delta * 400 : delta;
  return Math.exp(-clamp(pixels, -240, 240) * (pinch ? 0.01 : 0.0025));
}

/** Moves the photo by device pixels. */
export function pan(view: Viewport, dx: number, dy: number, photo: Size, pane: Size): Viewport {
  const { scale } = view;
  return limit({ scale, x: view.x - dx / scale, y: view.y - dy / scale }, photo, pane);
}

/** Moves the view with an arrow key by 64 layout pixels, or by nearly a pane (`page`). */
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

/**
 * Returns the photo's top left corner in the pane, on a whole device pixel so that 100 % is sharp.
 */
export function origin(view: Viewport, pane: Size): Point {
  return {
    x: Math.round(pane.width / 2 - view.x * view.scale),
    y: Math.round(pane.height / 2 - view.y * view.scale),
  };
}

/** Converts a point of the pane to the photo. */
export function toPhoto(view: Viewport, pane: Size, at: Point): Point {
  return {
    x: view.x + (at.x - pane.width / 2) / view.scale,
    y: view.y + (at.y - pane.height / 2) / view.scale,
  };
}

/** Converts a point of the photo to the pane. */
export function toPane(view: Viewport, pane: Size, at: Point): Point {
  return {
    x: (at.x - view.x) * view.scale + pane.width / 2,
    y: (at.y - view.y) * view.scale + pane.height / 2,
  };
}

/** Returns the visible part of the photo; `w` or `h` is 0 if none is visible. */
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

/** Returns the rectangle between two points, limited to the photo. */
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
