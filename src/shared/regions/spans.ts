/**
 * Shapes with sharp outlines. Each row of pixels is cut into 16 lines; along a line the covered length is exact. Lengths
 * are summed as integers, so that a pixel is the same whatever part of the photo is asked for.
 */
import type { Rect } from '../restore.js';
import { FULL, intersect, pixelsAround, type Frame, type Layer } from './pixels.js';

const LINES = 16;
/** Parts of a pixel along a line. */
const PARTS = 256;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** A rectangle, by exact areas. */
export function rectangleLayer(box: Box, frame: Frame, window: Rect): Layer {
  const { photo, scale } = frame;
  const across = extent(box.x, box.w, photo.width, scale);
  const down = extent(box.y, box.h, photo.height, scale);
  const bounds = intersect(window, pixelsAround(across[0], down[0], across[1], down[1]));
  return {
    bounds,
    row(y, x0, x1, out) {
      const height = overlap(y, down);
      for (let x = x0; x < x1; x++) out[x - x0] = Math.round(FULL * height * overlap(x, across));
    },
  };
}

/** What reaches the photo's edge covers the last pixel, even one that the photo only half fills. */
function extent(start: number, length: number, photo: number, scale: number): [number, number] {
  const end = start + length;
  return [start * scale, end >= photo ? Math.ceil(end * scale) : end * scale];
}

function overlap(pixel: number, [from, to]: readonly [number, number]): number {
  return Math.max(0, Math.min(pixel + 1, to) - Math.max(pixel, from));
}

export function ellipseLayer(box: Box, { scale }: Frame, window: Rect): Layer {
  const rx = (box.w * scale) / 2;
  const ry = (box.h * scale) / 2;
  const cx = box.x * scale + rx;
  const cy = box.y * scale + ry;
  const bounds = intersect(window, pixelsAround(cx - rx, cy - ry, cx + rx, cy + ry));
  return spanLayer(bounds, (y, add) => {
    const share = (y - cy) / ry;
    if (Math.abs(share) >= 1) return;
    const half = rx * Math.sqrt(1 - share * share);
    add(cx - half, cx + half);
  });
}

interface Edge {
  readonly top: number;
  readonly bottom: number;
  /** x at `top`, and its change per line of y. */
  readonly x: number;
  readonly slope: number;
  /** +1 downwards, -1 upwards. */
  readonly turn: number;
}

/** A closed polygon, non-zero winding. */
export function polygonLayer(
  points: readonly (readonly [number, number])[],
  { scale }: Frame,
  window: Rect,
): Layer {
  const corners = points.map(([x, y]) => [x * scale, y * scale] as const);
  const bounds = intersect(window, boundsOf(corners));
  const byRow = edgesByRow(corners, bounds);
  const crossings: { x: number; turn: number }[] = [];
  return spanLayer(bounds, (y, add) => {
    crossings.length = 0;
    for (const edge of byRow[Math.floor(y) - bounds.y] ?? []) {
      if (y < edge.top || y >= edge.bottom) continue;
      crossings.push({ x: edge.x + (y - edge.top) * edge.slope, turn: edge.turn });
    }
    crossings.sort((a, b) => a.x - b.x);
    let winding = 0;
    let from = 0;
    for (const { x, turn } of crossings) {
      if (winding === 0) from = x;
      winding += turn;
      if (winding === 0) add(from, x);
    }
  });
}

function boundsOf(corners: readonly (readonly [number, number])[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of corners) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return pixelsAround(left, top, right, bottom);
}

function edgesByRow(corners: readonly (readonly [number, number])[], bounds: Rect): Edge[][] {
  const rows: Edge[][] = Array.from({ length: bounds.h }, () => []);
  corners.forEach(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    if (y0 === y1) return;
    const down = y0 < y1;
    const edge: Edge = {
      top: Math.min(y0, y1),
      bottom: Math.max(y0, y1),
      x: down ? x0 : x1,
      slope: (x1 - x0) / (y1 - y0),
      turn: down ? 1 : -1,
    };
    const first = Math.max(0, Math.floor(edge.top) - bounds.y);
    const last = Math.min(bounds.h - 1, Math.floor(edge.bottom) - bounds.y);
    for (let row = first; row <= last; row++) rows[row]!.push(edge);
  });
  return rows;
}

type SpansAt = (y: number, add: (from: number, to: number) => void) => void;

/** `spansAt` adds the covered stretches of the line at y, which must not overlap each other. */
function spanLayer(bounds: Rect, spansAt: SpansAt): Layer {
  // Lengths inside pixels where a stretch begins or ends, and where whole pixels begin (+) and end (-).
  const ends = new Int32Array(bounds.w + 1);
  const steps = new Int32Array(bounds.w + 2);
  return {
    bounds,
    row(y, x0, x1, out) {
      const width = x1 - x0;
      ends.fill(0);
      steps.fill(0);
      const add = (from: number, to: number): void => {
        const a = Math.min(width * PARTS, Math.max(0, Math.round(from * PARTS) - x0 * PARTS));
        const b = Math.min(width * PARTS, Math.max(0, Math.round(to * PARTS) - x0 * PARTS));
        if (b <= a) return;
        const [first, last] = [Math.floor(a / PARTS), Math.floor(b / PARTS)];
        if (first === last) {
          ends[first] = ends[first]! + b - a;
          return;
        }
        ends[first] = ends[first]! + PARTS - (a % PARTS);
        ends[last] = ends[last]! + (b % PARTS);
        steps[first + 1] = steps[first + 1]! + PARTS;
        steps[last] = steps[last]! - PARTS;
      };
      for (let line = 0; line < LINES; line++) spansAt(y + (line + 0.5) / LINES, add);
      let whole = 0;
      for (let i = 0; i < width; i++) {
        whole += steps[i]!;
        out[i] = Math.round(((whole + ends[i]!) * FULL) / (LINES * PARTS));
      }
    },
  };
}
