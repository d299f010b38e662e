/** The tools that draw regions, and what they show on the canvas apart from the mask. */
import * as m from '#texts/messages.js';
import type { Overlay } from '../../canvas/layers.js';
import type { CanvasTool, ToolInput } from '../../canvas/tool.js';
import { dragRect } from '../../canvas/viewport.js';
import type { Editor } from '../../editor/editor.svelte.js';
import type { Tool, ViewState } from '../../editor/view.svelte.js';
import type { RegionOperation } from '../../../shared/regions/index.js';
import { BrushRing } from '../../editor/drawing/brush-ring.svelte.js';
import type { MaskState } from './mask.svelte.js';
import { Trail } from '../../editor/drawing/trail.js';

const SHAPES = ['brush', 'rectangle', 'ellipse', 'lasso'] as const;
type Shape = (typeof SHAPES)[number];

/** Smaller boxes and loops are clicks, layout pixels. */
const TREMBLE = 4;

class RegionTool implements CanvasTool {
  readonly cursor = 'crosshair';
  readonly #shape: Shape;
  readonly #editor: Editor;
  readonly #mask: MaskState;
  readonly #ring: BrushRing;
  readonly #trail = new Trail();
  #erase = false;

  constructor(shape: Shape, editor: Editor, mask: MaskState, ring: BrushRing) {
    this.#shape = shape;
    this.#editor = editor;
    this.#mask = mask;
    this.#ring = ring;
  }

  down(input: ToolInput): void {
    this.#point(input);
    this.#erase = this.#erases(input);
    this.#trail.begin(input);
    this.#show();
  }

  move(input: ToolInput, pressed: boolean): void {
    this.#point(input);
    if (!pressed) return;
    // A stroke is what it began as; of a shape it can still be decided.
    const erase = this.#shape === 'brush' ? this.#erase : this.#erases(input);
    const turned = erase !== this.#erase;
    this.#erase = erase;
    if (this.#trail.add(input) || turned) this.#show();
  }

  up(input: ToolInput): void {
    this.move(input, true);
    const { photo, notices } = this.#editor;
    const operation = this.#mask.drawn;
    this.cancel();
    if (photo === null || operation === null || !isLargeEnough(operation, input.unit)) return;
    if (!photo.addRegion(operation)) notices.show('warning', m.regions_full());
  }

  cancel(): void {
    this.#trail.clear();
    this.#mask.drawn = null;
  }

  leave(): void {
    this.#ring.at = null;
  }

  #point({ at, shift }: ToolInput): void {
    this.#ring.at = at;
    this.#ring.shift = shift;
  }

  #erases({ shift }: ToolInput): boolean {
    return shift || this.#editor.brush.erase;
  }

  #show(): void {
    this.#mask.selected = null;
    this.#mask.drawn = this.#operation();
  }

  #operation(): RegionOperation | null {
    const { brush, photo } = this.#editor;
    const { points } = this.#trail;
    const [first, last] = [points[0], points.at(-1)];
    if (photo === null || first === undefined || last === undefined) return null;
    const mode = this.#erase ? 'erase' : 'add';
    switch (this.#shape) {
      case 'brush': {
        const { size, hardness, flow } = brush;
        return { kind: 'stroke', mode, size, hardness, flow, points };
      }
      case 'lasso':
        if (points.length < 3) return null;
        return { kind: 'lasso', mode, points: points.map(([x, y]) => [x, y]) };
      case 'rectangle':
      case 'ellipse': {
        const [from, to] = [first, last].map(([x, y]) => ({ x, y }));
        const rect = dragRect(from!, to!, photo.info);
        return rect.w > 0 && rect.h > 0 ? { kind: this.#shape, mode, ...rect } : null;
      }
    }
  }
}

/** A click with a shape draws nothing; a dab of the brush does. */
function isLargeEnough(operation: RegionOperation, unit: number): boolean {
  const least = TREMBLE * unit;
  switch (operation.kind) {
    case 'rectangle':
    case 'ellipse':
      return operation.w >= least && operation.h >= least;
    case 'lasso':
      return extent(operation.points, 0) >= least && extent(operation.points, 1) >= least;
    default:
      return true;
  }
}

function extent(points: readonly (readonly [number, number])[], axis: 0 | 1): number {
  let [low, high] = [Infinity, -Infinity];
  for (const point of points) {
    low = Math.min(low, point[axis]);
    high = Math.max(high, point[axis]);
  }
  return high - low;
}

export class RegionTools {
  readonly tools: Partial<Record<Tool, CanvasTool>>;
  readonly #ring: BrushRing;
  readonly #view: ViewState;
  readonly #mask: MaskState;

  constructor(editor: Editor, mask: MaskState) {
    this.#view = editor.view;
    this.#mask = mask;
    this.#ring = new BrushRing(editor.brush, editor.view);
    this.tools = Object.fromEntries(
      SHAPES.map((shape) => [shape, new RegionTool(shape, editor, mask, this.#ring)]),
    );
  }

  /** The shape that is dragged or selected, and the brush's ring. What is covered is shown by the mask. */
  get overlays(): Overlay[] {
    const [mask, view] = [this.#mask, this.#view];
    const shape = mask.drawn?.kind === 'stroke' ? null : mask.drawn;
    const outlined = shape ?? (view.panel === 'regions' ? mask.selected : null);
    const outline = outlined === null ? null : outlineOf(outlined);
    const ring = view.tool === 'brush' ? this.#ring.overlay : null;
    return [outline, ring].filter((overlay) => overlay !== null);
  }
}

/** null: the operation has no outline of its own. */
function outlineOf(operation: RegionOperation): Overlay | null {
  switch (operation.kind) {
    case 'stroke':
    case 'lasso':
    case 'rectangle':
    case 'ellipse':
      return { kind: 'outline', operation };
    default:
      return null;
  }
}
