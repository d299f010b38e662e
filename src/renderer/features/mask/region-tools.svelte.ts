/** Drawing tools of the mask, and their outlines on the canvas. */
import * as m from '#texts/messages.js';
import type { Overlay } from '../../canvas/layers.js';
import type { CanvasTool, ToolInput } from '../../canvas/tool.js';
import { dragRect } from '../../canvas/viewport.js';
import type { Editor } from '../../editor/editor.svelte.js';
import type { Tool, ViewState } from '../../editor/view.svelte.js';
import { pathExtent, pathOf, type RegionOperation } from '../../../shared/regions/index.js';
import { BrushRing } from '../../editor/drawing/brush-ring.svelte.js';
import type { MaskState } from './mask.svelte.js';
import { Trail } from '../../editor/drawing/trail.js';

const SHAPES = ['brush', 'rectangle', 'ellipse', 'lasso'] as const;
type Shape = (typeof SHAPES)[number];

/** Smaller shapes count as clicks; layout pixels. */
const CLICK_TOLERANCE = 4;

class RegionTool implements CanvasTool {
  readonly cursor = 'crosshair';
  readonly #shape: Shape;
  readonly #editor: Editor;
  readonly #mask: MaskState;
  readonly #ring: BrushRing;
  readonly #trail: Trail;
  #erase = false;

  constructor(shape: Shape, editor: Editor, mask: MaskState, ring: BrushRing) {
    this.#shape = shape;
    this.#editor = editor;
    this.#mask = mask;
    this.#ring = ring;
    this.#trail = new Trail(shape === 'brush');
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
    // A stroke keeps its initial mode; a shape can still switch.
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
    const { first, last, path, pressure } = this.#trail;
    if (photo === null || first === null || last === null) return null;
    const mode = this.#erase ? 'erase' : 'add';
    switch (this.#shape) {
      case 'brush': {
        const { size, hardness, flow } = brush;
        return { kind: 'stroke', mode, size, hardness, flow, pressure, path };
      }
      case 'lasso':
        return this.#trail.length < 3 ? null : { kind: 'lasso', mode, path };
      case 'rectangle':
      case 'ellipse': {
        const rect = dragRect(first, last, photo.info);
        return rect.w > 0 && rect.h > 0 ? { kind: this.#shape, mode, ...rect } : null;
      }
    }
  }
}

/** Returns whether the drawing is more than a click; a single dab of the brush counts. */
function isLargeEnough(operation: RegionOperation, unit: number): boolean {
  const least = CLICK_TOLERANCE * unit;
  switch (operation.kind) {
    case 'rectangle':
    case 'ellipse':
      return operation.w >= least && operation.h >= least;
    case 'lasso': {
      const [left, top, right, bottom] = pathExtent(pathOf(operation));
      return right - left >= least && bottom - top >= least;
    }
    default:
      return true;
  }
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

  /** Outline of the dragged or selected shape, and the brush's ring. */
  get overlays(): Overlay[] {
    const [mask, view] = [this.#mask, this.#view];
    const shape = mask.drawn?.kind === 'stroke' ? null : mask.drawn;
    const outlined = shape ?? (view.panel === 'regions' ? mask.selected : null);
    const outline = outlined === null ? null : outlineOf(outlined);
    const ring = view.tool === 'brush' ? this.#ring.overlay : null;
    return [outline, ring].filter((overlay) => overlay !== null);
  }
}

/** Returns the outline of an operation, or `null` if its kind has none. */
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
