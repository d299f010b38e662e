/** Records the points of a drawing gesture. */
import type { ToolInput } from '../../canvas/tool.js';
import type { BrushPoint } from '../../../shared/regions/index.js';

/** Limit of points in a stroke or lasso. */
const MAX_POINTS = 100_000;

export class Trail {
  #points: BrushPoint[] = [];
  #pen = false;

  /** Photo pixels, with pressure from a pen. Earlier points stay the same objects between calls. */
  get points(): BrushPoint[] {
    return this.#points.slice();
  }

  begin(input: ToolInput): void {
    this.#points = [];
    this.#pen = input.pen;
    this.add(input);
  }

  /** Adds a point; returns false if it is too near to the last one to be visible. */
  add({ at, pressure, unit }: ToolInput): boolean {
    const last = this.#points.at(-1);
    if (last !== undefined && Math.hypot(at.x - last[0], at.y - last[1]) < unit / 2) return false;
    // At this length every second point is precise enough.
    if (this.#points.length === MAX_POINTS)
      this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#points.push(this.#pen ? [at.x, at.y, pressure] : [at.x, at.y]);
    return true;
  }

  clear(): void {
    this.#points = [];
  }
}
