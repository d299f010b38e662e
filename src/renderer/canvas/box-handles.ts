/** Moving and resizing boxes by their handles, in photo pixels. */
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { Point, Size } from './viewport.js';

/** Edges that a handle moves: -1 left or top, 1 right or bottom, 0 none. */
export interface Handle {
  readonly dx: -1 | 0 | 1;
  readonly dy: -1 | 0 | 1;
}

const SIDES = [-1, 0, 1] as const;
/** Corners come before edges, so that they win where both are near. */
export const HANDLES: readonly Handle[] = SIDES.flatMap((dy) => SIDES.map((dx) => ({ dx, dy })))
  .filter(({ dx, dy }) => dx !== 0 || dy !== 0)
  .sort((a, b) => Math.abs(b.dx) + Math.abs(b.dy) - Math.abs(a.dx) - Math.abs(a.dy));

export function handlePoint({ x, y, w, h }: Rect, { dx, dy }: Handle): Point {
  return { x: x + (w * (1 + dx)) / 2, y: y + (h * (1 + dy)) / 2 };
}

/** Returns the handle within `reach` of a point, or `null`. */
export function handleAt(box: Rect, at: Point, reach: number): Handle | null {
  const near = (handle: Handle): boolean => {
    const { x, y } = handlePoint(box, handle);
    return Math.abs(at.x - x) <= reach && Math.abs(at.y - y) <= reach;
  };
  return HANDLES.find(near) ?? null;
}

export function handleCursor({ dx, dy }: Handle): string {
  if (dx === 0) return 'ns-resize';
  if (dy === 0) return 'ew-resize';
  return dx === dy ? 'nwse-resize' : 'nesw-resize';
}

export function isInside({ x, y, w, h }: Rect, at: Point): boolean {
  return at.x >= x && at.x < x + w && at.y >= y && at.y < y + h;
}

/** Returns the box moved within the photo, its size unchanged. */
export function moveBox(box: Rect, dx: number, dy: number, photo: Size): Rect {
  return {
    ...box,
    x: clamp(box.x + dx, 0, Math.max(0, photo.width - box.w)),
    y: clamp(box.y + dy, 0, Math.max(0, photo.height - box.h)),
  };
}

/**
 * Returns the box with the handle's edges moved; an edge stops at the photo's edge and one pixel
 * before the opposite edge.
 */
export function resizeBox(box: Rect, handle: Handle, dx: number, dy: number, photo: Size): Rect {
  const [x, w] = resizeAxis(box.x, box.w, handle.dx, dx, photo.width);
  const [y, h] = resizeAxis(box.y, box.h, handle.dy, dy, photo.height);
  return { x, y, w, h };
}

function resizeAxis(
  start: number,
  length: number,
  side: -1 | 0 | 1,
  by: number,
  limit: number,
): [start: number, length: number] {
  const end = start + length;
  if (side === -1) {
    const moved = clamp(start + by, 0, Math.max(0, end - 1));
    return [moved, end - moved];
  }
  if (side === 1) return [start, clamp(end + by, start + 1, Math.max(start + 1, limit)) - start];
  return [start, length];
}
