/** Collects the points of a gesture as a packed path. */
import type { ToolInput } from '../../canvas/tool.js';
import type { Point } from '../../canvas/viewport.js';
import { MAX_PATH_POINTS, PathWriter, unpackPath } from '../../../shared/regions/index.js';

export class Trail {
  /** First and last point in photo pixels; `null` without points. */
  first: Point | null = null;
  last: Point | null = null;
  #writer = new PathWriter(2);
  readonly #withPressure: boolean;

  /** `withPressure`: whether a pen's pressure is recorded. */
  constructor(withPressure: boolean) {
    this.#withPressure = withPressure;
  }

  get length(): number {
    return this.#writer.length;
  }

  /** The packed points; each text begins with those before it. */
  get path(): string {
    return this.#writer.text;
  }

  /** Whether the path has pressures. */
  get pressure(): boolean {
    return this.#writer.stride === 3;
  }

  begin(input: ToolInput): void {
    this.#writer = new PathWriter(this.#withPressure && input.pen ? 3 : 2);
    this.first = input.at;
    this.last = null;
    this.add(input);
  }

  /** Returns false, and adds nothing, for a point too near to the last one to be seen. */
  add({ at, pressure, unit }: ToolInput): boolean {
    const { last } = this;
    if (last !== null && Math.hypot(at.x - last.x, at.y - last.y) < unit / 2) return false;
    if (this.length === MAX_PATH_POINTS) this.#thin();
    this.#writer.add(at.x, at.y, pressure);
    this.last = at;
    return true;
  }

  clear(): void {
    this.#writer = new PathWriter(2);
    this.first = null;
    this.last = null;
  }

  /** Drops every second point: at this length the others show the hand's way well enough. */
  #thin(): void {
    const { stride, text } = this.#writer;
    const values = unpackPath(text, stride)?.values ?? [];
    this.#writer = new PathWriter(stride);
    for (let at = 0; at < values.length; at += 2 * stride) {
      this.#writer.add(values[at]!, values[at + 1]!, stride === 3 ? values[at + 2]! : 1);
    }
  }
}
