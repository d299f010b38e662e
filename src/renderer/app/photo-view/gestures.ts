/** Pointer and wheel on the canvas: panning, zooming and the current tool. */
import type { ViewState } from '../../editor/view.svelte.js';
import type { CanvasTool, ToolInput } from '../../canvas/tool.js';
import { toPhoto, wheelFactor, type Point } from '../../canvas/viewport.js';

/** A drag in progress, with its last position. */
interface Drag {
  readonly kind: 'pan' | 'tool';
  readonly pointer: number;
  last: Point;
}

export class Gestures {
  readonly #view: ViewState;
  readonly #tool: () => CanvasTool | null;
  /** Touch points in device pixels of the canvas, by pointer id. */
  readonly #fingers = new Map<number, Point>();
  #drag: Drag | null = null;

  constructor(view: ViewState, tool: () => CanvasTool | null) {
    this.#view = view;
    this.#tool = tool;
  }

  down(event: PointerEvent, canvas: HTMLElement): void {
    const at = this.#at(event, canvas);
    if (event.pointerType === 'touch') this.#fingers.set(event.pointerId, at);
    if (this.#fingers.size === 2) {
      this.cancel();
      return;
    }
    if (event.button > 1 || this.#drag !== null) return;
    canvas.setPointerCapture(event.pointerId);
    this.#view.cursor = null;
    const tool = this.#tool();
    if (event.button === 1 || this.#view.hand || this.#view.tool === 'hand')
      this.#begin('pan', event, at);
    else if (this.#view.tool === 'zoom') this.#view.zoomBy(event.altKey ? 0.5 : 2, at);
    else if (tool !== null) {
      this.#begin('tool', event, at);
      tool.down(this.#input(event, at));
    }
  }

  move(event: PointerEvent, canvas: HTMLElement): void {
    const at = this.#at(event, canvas);
    if (this.#fingers.size === 2 && this.#fingers.has(event.pointerId)) {
      this.#pinch(event.pointerId, at);
      return;
    }
    const drag = this.#drag;
    if (drag?.pointer === event.pointerId && drag.kind === 'pan') {
      this.#view.pan(at.x - drag.last.x, at.y - drag.last.y);
      drag.last = at;
      return;
    }
    const pressed = drag?.pointer === event.pointerId;
    if (!pressed && event.pointerType === 'touch') return;
    // Browsers merge moves between frames; a stroke needs every position.
    const all = pressed ? event.getCoalescedEvents() : [];
    for (const one of all.length > 0 ? all : [event]) {
      this.#tool()?.move(this.#input(one, this.#at(one, canvas)), pressed);
    }
  }

  up(event: PointerEvent, canvas: HTMLElement): void {
    this.#fingers.delete(event.pointerId);
    if (this.#drag?.pointer !== event.pointerId) return;
    const { kind } = this.#drag;
    this.#drag = null;
    if (kind === 'tool') this.#tool()?.up(this.#input(event, this.#at(event, canvas)));
  }

  /** Aborts the gesture: the system took over the pointer, or a second finger touched down. */
  cancel(event?: PointerEvent): void {
    if (event !== undefined) this.#fingers.delete(event.pointerId);
    if (this.#drag?.kind === 'tool') this.#tool()?.cancel();
    this.#drag = null;
  }

  leave(): void {
    if (this.#drag === null) this.#tool()?.leave?.();
  }

  wheel(event: WheelEvent, canvas: HTMLElement): void {
    event.preventDefault();
    const ratio = this.#view.pixelRatio;
    if (event.shiftKey || event.altKey) {
      const amount = (event.deltaY !== 0 ? event.deltaY : event.deltaX) * ratio;
      this.#view.pan(event.shiftKey ? -amount : 0, event.shiftKey ? 0 : -amount);
      return;
    }
    const factor = wheelFactor(event.deltaY, event.deltaMode, event.ctrlKey);
    this.#view.zoomBy(factor, this.#at(event, canvas));
  }

  /** Switches between fitting the photo and 100 %. */
  toggle(event: MouseEvent, canvas: HTMLElement): void {
    if (this.#view.tool !== 'hand') return;
    if (this.#view.fitted) this.#view.zoomTo(1, this.#at(event, canvas));
    else this.#view.fit();
  }

  #begin(kind: Drag['kind'], event: PointerEvent, last: Point): void {
    this.#drag = { kind, pointer: event.pointerId, last };
  }

  #pinch(pointer: number, at: Point): void {
    const before = this.#fingers.get(pointer)!;
    const other = [...this.#fingers].find(([id]) => id !== pointer)![1];
    this.#fingers.set(pointer, at);
    const distance = (a: Point): number => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
    this.#view.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
    this.#view.zoomBy(distance(at) / distance(before), middle);
  }

  #input(event: PointerEvent, at: Point): ToolInput {
    const { viewport, pane, pixelRatio } = this.#view;
    return {
      at: toPhoto(viewport, pane, at),
      pressure: event.pressure,
      pen: event.pointerType === 'pen',
      shift: event.shiftKey,
      alt: event.altKey,
      unit: pixelRatio / viewport.scale,
    };
  }

  /**
   * Returns the position in device pixels of the pane; side by side, both panes show the same
   * place.
   */
  #at(event: MouseEvent, canvas: HTMLElement): Point {
    const box = canvas.getBoundingClientRect();
    const { canvas: size, pane } = this.#view;
    const x = ((event.clientX - box.left) / box.width) * size.width;
    const y = ((event.clientY - box.top) / box.height) * size.height;
    const right = pane.width < size.width && x > size.width / 2;
    return { x: right ? x - (size.width - pane.width) : x, y };
  }
}
