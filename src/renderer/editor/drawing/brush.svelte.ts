/** Brush settings that mask and hints share. */
import { clamp } from '../../../shared/core/math.js';

export const BRUSH_MIN = 4;
export const BRUSH_MAX = 1000;
const HARDNESS_STEP = 0.1;

/** Returns the next size up or down, by a fifth. */
export function brushStep(size: number, direction: 1 | -1): number {
  const next = direction === 1 ? Math.max(size + 1, size * 1.2) : Math.min(size - 1, size / 1.2);
  return Math.round(clamp(next, BRUSH_MIN, BRUSH_MAX));
}

export class Brush {
  /** Diameter in photo pixels. */
  size = $state(120);
  /** Sharpness of the edge, 0..1. */
  hardness = $state(0.5);
  /** Opacity of one stroke, 0..1. */
  flow = $state(1);
  /** Regions are erased instead of added. */
  erase = $state(false);

  step(direction: 1 | -1): void {
    this.size = brushStep(this.size, direction);
  }

  /** Changes the hardness by a tenth. */
  harden(direction: 1 | -1): void {
    const tenths = Math.round(this.hardness / HARDNESS_STEP) + direction;
    this.hardness = clamp(tenths * HARDNESS_STEP, 0, 1);
  }
}
