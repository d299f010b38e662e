/** The tools that draw regions, and the lines they leave on the canvas. */
import type { Overlay, Placement } from '../canvas/layers.js';
import type { CanvasTool, ToolInput } from '../canvas/tool.js';
import { dragRect, toPane, type Point } from '../canvas/viewport.js';
import type { App } from '../state/app.svelte.js';
import type { BrushPoint, RegionOperation } from '../../shared/regions/index.js';
import type { Tool } from '../state/view.svelte.js';

type Shape = 'brush' | 'rectangle' | 'ellipse' | 'lasso';

/** Smaller boxes and loops are clicks, layout pixels. */
const TREMBLE = 4;

class RegionTool implements CanvasTool {
  readonly cursor = 'crosshair';
  readonly #shape: Shape;
  readonly #app: App;
  readonly #shown: (operation: RegionOperation | null) => void;
  #points: [x: number, y: number, pressure: number][] = [];

  constructor(shape: Shape, app: App, shown: (operation: RegionOperation | null) => void) {
    this.#shape = shape;
    this.#app = app;
    this.#shown = shown;
  }

  down(input: ToolInput): void {
    this.#points = [];
    this.#add(input);
  }

  move(input: ToolInput, pressed: boolean): void {
    if (pressed) this.#add(input);
  }

  up(input: ToolInput): void {
    this.#add(input);
    const operation = this.#operation(input.unit * TREMBLE);
    this.cancel();
    if (operation !== null) this.#app.photo?.addRegion(operation);
  }

  cancel(): void {
    this.#points = [];
    this.#shown(null);
  }

  #add({ at, pressure, unit }: ToolInput): void {
    const last = this.#points.at(-1);
    // Half a layout pixel apart is closer than a line can show.
    if (last !== undefined && Math.hypot(at.x - last[0], at.y - last[1]) < unit / 2) return;
    this.#points.push([at.x, at.y, pressure]);
    this.#shown(this.#operation(0));
  }

  #operation(least: number): RegionOperation | null {
    const { brush, photo } = this.#app;
    const [first, last] = [this.#points[0], this.#points.at(-1)];
    if (photo === null || first === undefined || last === undefined) return null;
    const mode = brush.erase ? 'erase' : 'add';
    if (this.#shape === 'brush') {
      const { size, hardness, flow } = brush;
      // A mouse has no pressure: its half would make the brush half as wide.
      const pen = this.#points.some(([, , pressure]) => pressure !== 0.5 && pressure > 0);
      const points = this.#points.map(([x, y, p]): BrushPoint => (pen ? [x, y, p] : [x, y]));
      return { kind: 'stroke', mode, size, hardness, flow, points };
    }
    if (this.#shape === 'lasso') {
      if (this.#points.length < 3) return null;
      return { kind: 'lasso', mode, points: this.#points.map(([x, y]) => [x, y]) };
    }
    const rect = dragRect(point(first), point(last), photo.info);
    if (rect.w <= least || rect.h <= least) return null;
    return { kind: this.#shape, mode, ...rect };
  }
}

export class RegionTools {
  readonly tools: Partial<Record<Tool, CanvasTool>>;
  #drawn = $state.raw<RegionOperation | null>(null);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    const tool = (shape: Shape): CanvasTool =>
      new RegionTool(shape, app, (operation) => (this.#drawn = operation));
    this.tools = {
      brush: tool('brush'),
      rectangle: tool('rectangle'),
      ellipse: tool('ellipse'),
      lasso: tool('lasso'),
    };
  }

  /** The outlines of what is being drawn, and of what was drawn while the mask is shown or worked on. */
  get overlay(): Overlay | null {
    const { photo, view } = this.#app;
    const kept =
      view.maskShown || view.panel === 'regions' ? (photo?.regions.operations ?? []) : [];
    const operations = this.#drawn === null ? kept : [...kept, this.#drawn];
    if (operations.length === 0) return null;
    return {
      kind: 'custom',
      draw: (context, place) => operations.forEach((one) => outline(context, place, one)),
    };
  }
}

function point([x, y]: readonly [number, number, ...number[]]): Point {
  return { x, y };
}

function outline(
  context: CanvasRenderingContext2D,
  place: Placement,
  operation: RegionOperation,
): void {
  if (!('mode' in operation) || operation.kind === 'threshold' || operation.kind === 'bitmap')
    return;
  const { palette, pixelRatio, view, frame } = place;
  const path = new Path2D();
  const at = (x: number, y: number): [number, number] => {
    const on = toPane(view, frame, { x, y });
    return [on.x, on.y];
  };
  if (operation.kind === 'stroke' || operation.kind === 'lasso') {
    for (const [x, y] of operation.points) path.lineTo(...at(x, y));
    if (operation.kind === 'lasso') path.closePath();
  } else {
    const [x, y] = at(operation.x, operation.y);
    const [w, h] = [operation.w * view.scale, operation.h * view.scale];
    if (operation.kind === 'rectangle') path.rect(x, y, w, h);
    else path.ellipse(x + w / 2, y + h / 2, w / 2, h / 2, 0, 0, 2 * Math.PI);
  }
  context.lineCap = 'round';
  context.lineJoin = 'round';
  const stroke = (colour: string, width: number, alpha: number): void => {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = alpha;
    context.stroke(path);
  };
  if (operation.kind === 'stroke') stroke(palette.mask, operation.size * view.scale, 0.35);
  stroke(palette.ink, 3 * pixelRatio, 0.8);
  // What is erased is dashed: told apart without its hue.
  context.setLineDash(operation.mode === 'erase' ? [4 * pixelRatio, 4 * pixelRatio] : []);
  stroke(palette.mask, 1.5 * pixelRatio, 1);
  context.setLineDash([]);
}
