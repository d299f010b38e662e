/** How the region tools and the hint brush draw. */
import { clamp } from '../../../shared/core/math.js';

export const BRUSH_MIN = 4;
export const BRUSH_MAX = 1000;
/** Steps of the keys for hardness. */
const HARDNESS_STEP = 0.1;

/** The next size up or down: steps of a fifth feel even at every size. */
export function brushStep(size: number, direction: 1 | -1): number {
  const next = direction === 1 ? Math.max(size + 1, size * 1.2) : Math.min(size - 1, size / 1.2);
  return Math.round(clamp(next, BRUSH_MIN, BRUSH_MAX));
}

export class Brush {
  /** Diameter in photo pixels. */
  size = $state(120);
  /** 0..1: how sharp the edge is. */
  hardness = $state(0.5);
  /** 0..1: how much one stroke adds. */
  flow = $state(1);
  /** Regions are taken away instead of added. */
  erase = $state(false);

  step(direction: 1 | -1): void {
    this.size = brushStep(this.size, direction);
  }

  /** Harder or softer by a tenth. */
  harden(direction: 1 | -1): void {
    const tenths = Math.round(this.hardness / HARDNESS_STEP) + direction;
    this.hardness = clamp(tenths * HARDNESS_STEP, 0, 1);
  }
}
