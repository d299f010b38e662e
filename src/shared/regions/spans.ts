/**
 * Layers of shapes with sharp outlines. Each row of pixels is cut into 16 lines; along a line the
 * covered length is exact. Lengths are summed as integers, so a pixel does not depend on the
 * window.
 */
import type { Rect } from '../contracts/restore.js';
import type { Path } from './path.js';
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

/** Returns the layer of a rectangle, by exact areas. */
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

/**
 * Returns start and end at `scale`; a shape at the photo's edge covers a last pixel that is only
 * partly inside.
 */
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

/** Returns the layer of a closed polygon, by the non-zero winding rule. */
export function polygonLayer({ values }: Path, { scale }: Frame, window: Rect): Layer {
  const corners = Array.from(
    { length: values.length / 2 },
    (_, i) => [values[2 * i]! * scale, values[2 * i + 1]! * scale] as const,
  );
  const bounds = intersect(window, boundsOf(corners));
  const edges = new ActiveEdges(corners);
  const crossings: { x: number; turn: number }[] = [];
  return spanLayer(bounds, (y, add) => {
    crossings.length = 0;
    for (const edge of edges.at(y)) {
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

/**
 * Edges that cross a horizontal line. Fastest for lines from the top down; a line above starts
 * over.
 */
class ActiveEdges {
  /** Sorted by their tops, the uppermost first. */
  readonly #edges: readonly Edge[];
  #active: Edge[] = [];
  #next = 0;
  #y = -Infinity;

  constructor(corners: readonly (readonly [number, number])[]) {
    this.#edges = edgesOf(corners).sort((a, b) => a.top - b.top);
  }

  at(y: number): readonly Edge[] {
    if (y < this.#y) {
      this.#active = [];
      this.#next = 0;
    }
    this.#y = y;
    this.#active = this.#active.filter(({ bottom }) => bottom > y);
    for (; this.#next < this.#edges.length; this.#next++) {
      const edge = this.#edges[this.#next]!;
      if (edge.top > y) break;
      if (edge.bottom > y) this.#active.push(edge);
    }
    return this.#active;
  }
}

function edgesOf(corners: readonly (readonly [number, number])[]): Edge[] {
  return corners.flatMap(([x0, y0], i) => {
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    if (y0 === y1) return [];
    const down = y0 < y1;
    return {
      top: Math.min(y0, y1),
      bottom: Math.max(y0, y1),
      x: down ? x0 : x1,
      slope: (x1 - x0) / (y1 - y0),
      turn: down ? 1 : -1,
    };
  });
}

type SpansAt = (y: number, add: (from: number, to: number) => void) => void;

/** Returns a layer of spans; `spansAt` adds the covered, disjoint stretches of the line at y. */
function spanLayer(bounds: Rect, spansAt: SpansAt): Layer {
  // Lengths inside the pixels where a stretch begins or ends; where whole pixels begin (+), end
  // (-).
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
