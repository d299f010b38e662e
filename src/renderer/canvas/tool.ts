/** What a tool is to the canvas: it hears where the pointer, or the keyboard's crosshair, presses, moves and lets go. */
import type { Point } from './viewport.js';

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** Directions of the arrow keys: x to the right, y down. */
export const ARROWS: Readonly<Record<Arrow, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function isArrow(key: string): key is Arrow {
  return Object.hasOwn(ARROWS, key);
}

export interface ToolInput {
  /** Photo pixels. */
  readonly at: Point;
  /** 0..1; 0.5 for a mouse, 1 for the keyboard. */
  readonly pressure: number;
  /** Whether the pressure is a hand's. */
  readonly pen: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Photo pixels per layout pixel: how far a hand's tremble reaches. */
  readonly unit: number;
}

/** A key while nothing is pressed. */
export interface ToolKey {
  readonly key: string;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Photo pixels per layout pixel. */
  readonly unit: number;
}

export interface CanvasTool {
  /** A CSS cursor. */
  readonly cursor: string;
  down(input: ToolInput): void;
  /** Also while nothing is pressed, for tools that show where they would work. */
  move(input: ToolInput, pressed: boolean): void;
  up(input: ToolInput): void;
  /** The gesture is given up: nothing of it stays. */
  cancel(): void;
  /** The pointer is no longer over the canvas. */
  leave?(): void;
  /** True: the tool has a use of its own for the key. */
  key?(key: ToolKey): boolean;
}
