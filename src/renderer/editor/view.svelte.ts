/**
 * View of the current photo: viewport, comparison, overlays, tool. Nothing here changes the result.
 */
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { CompareMode } from '../../shared/contracts/settings.js';
import { paneSize, type CompareState } from '../canvas/compare.js';
import type { Overlay } from '../canvas/layers.js';
import * as viewports from '../canvas/viewport.js';
import type { Point, Size, Viewport } from '../canvas/viewport.js';

export type Tool = 'hand' | 'zoom' | 'brush' | 'rectangle' | 'ellipse' | 'lasso' | 'hint';
export const MAPS = ['blur', 'difficulty', 'samples', 'attention', 'offsets'] as const;
export type MapKind = (typeof MAPS)[number];
export const PANELS = ['restore', 'regions', 'hints', 'inspect', 'history', 'export'] as const;
export type Panel = (typeof PANELS)[number];

/** Space around a fitted photo in layout pixels. */
const MARGIN = 16;

export class ViewState {
  /** Size of the canvas in device pixels. */
  canvas = $state.raw<Size>({ width: 1, height: 1 });
  pixelRatio = $state(1);
  photo = $state.raw<Size | null>(null);
  hasResult = $state(false);
  #viewport = $state.raw<Viewport>({ scale: 1, x: 0, y: 0 });
  /** The photo stays fitted when the window is resized. */
  fitted = $state(true);

  mode = $state<CompareMode>('split');
  split = $state(0.5);
  /** The key for "show the original" is held. */
  held = $state(false);

  tool = $state<Tool>('hand');
  /** Space is held: the hand tool, whatever tool is selected. */
  hand = $state(false);
  /** Keyboard's crosshair in photo pixels; `null` while the pointer is used. */
  cursor = $state.raw<Point | null>(null);
  panel = $state<Panel>('restore');

  /** User's choice to show or hide the mask, if it differs from the panel's default. */
  #maskOverride = $state<boolean | null>(null);
  map = $state<MapKind | null>(null);
  /** Map below the pointer in the list, shown until the pointer leaves. */
  mapPreview = $state<MapKind | null>(null);
  mapOpacity = $state(0.6);
  /** Overlays of the tools. */
  overlays = $state.raw<readonly Overlay[]>([]);

  readonly compare: CompareState = $derived({
    mode: this.mode,
    split: this.split,
    held: this.held,
    hasResult: this.hasResult,
  });
  readonly pane: Size = $derived(paneSize(this.canvas, this.compare));
  readonly viewport: Viewport = $derived.by(() => {
    if (this.photo === null) return this.#viewport;
    if (this.fitted) return viewports.fit(this.photo, this.pane, this.margin);
    return viewports.limit(this.#viewport, this.photo, this.pane);
  });

  /** The mask is shown: by default in the regions panel, else as the user chose. */
  get maskShown(): boolean {
    return this.#maskOverride ?? this.panel === 'regions';
  }

  set maskShown(shown: boolean) {
    this.#maskOverride = shown === (this.panel === 'regions') ? null : shown;
  }

  /** The user chose to always show the mask; saved with the photo. */
  get maskPinned(): boolean {
    return this.#maskOverride === true;
  }

  set maskPinned(pinned: boolean) {
    this.#maskOverride = pinned ? true : null;
  }

  get margin(): number {
    return MARGIN * this.pixelRatio;
  }

  /** Shows another photo, fitted. */
  show(photo: Size | null): void {
    this.photo = photo;
    this.fitted = true;
    this.cursor = null;
  }

  /** Visible part in photo pixels. */
  get visible(): Rect | null {
    return this.photo === null ? null : viewports.visibleRect(this.viewport, this.photo, this.pane);
  }

  fit(): void {
    this.fitted = true;
  }

  zoomTo(scale: number, at?: Point): void {
    this.#move((photo) =>
      viewports.zoomTo(this.viewport, scale, at ?? this.#middle, photo, this.pane),
    );
  }

  zoomBy(factor: number, at?: Point): void {
    this.zoomTo(this.viewport.scale * factor, at);
  }

  zoomStep(direction: 1 | -1): void {
    this.#move((photo) =>
      viewports.zoomStep(this.viewport, direction, this.#middle, photo, this.pane, this.margin),
    );
  }

  pan(dx: number, dy: number): void {
    this.#move((photo) => viewports.pan(this.viewport, dx, dy, photo, this.pane));
  }

  panKey(key: Parameters<typeof viewports.panKey>[1], page: boolean): void {
    this.#move((photo) =>
      viewports.panKey(this.viewport, key, page, this.pixelRatio, photo, this.pane),
    );
  }

  /** Moves the crosshair by device pixels, and the view with it at the pane's edge. */
  moveCursor(dx: number, dy: number): void {
    const { photo, viewport, pane } = this;
    if (photo === null) return;
    const from = this.cursor ?? { x: viewport.x, y: viewport.y };
    const x = clamp(from.x + dx / viewport.scale, 0, photo.width);
    const y = clamp(from.y + dy / viewport.scale, 0, photo.height);
    this.cursor = { x, y };
    const at = viewports.toPane(viewport, pane, this.cursor);
    const over = (value: number, length: number): number =>
      Math.min(0, value) + Math.max(0, value - length);
    const [overX, overY] = [over(at.x, pane.width), over(at.y, pane.height)];
    if (overX !== 0 || overY !== 0) this.pan(-overX, -overY);
  }

  /** Restores a viewport. */
  place(viewport: Viewport): void {
    this.#move(() => viewport);
  }

  get #middle(): Point {
    return { x: this.pane.width / 2, y: this.pane.height / 2 };
  }

  #move(change: (photo: Size) => Viewport): void {
    if (this.photo === null) return;
    this.#viewport = change(this.photo);
    this.fitted = false;
  }
}
