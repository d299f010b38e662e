/**
 * Interface of drawing tools: they receive presses, moves and releases of the pointer or the
 * keyboard's crosshair.
 */
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
  /** Position in photo pixels. */
  readonly at: Point;
  /** Pressure 0..1; 0.5 for a mouse, 1 for the keyboard. */
  readonly pressure: number;
  /** The pressure comes from a pen. */
  readonly pen: boolean;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Photo pixels per layout pixel; scales tolerances for a trembling hand. */
  readonly unit: number;
}

/** Key press while no gesture is in progress. */
export interface ToolKey {
  readonly key: string;
  readonly shift: boolean;
  readonly alt: boolean;
  /** Photo pixels per layout pixel. */
  readonly unit: number;
}

export interface CanvasTool {
  /** CSS cursor. */
  readonly cursor: string;
  down(input: ToolInput): void;
  /** Also called while nothing is pressed, for tools that show where they would draw. */
  move(input: ToolInput, pressed: boolean): void;
  up(input: ToolInput): void;
  /** Aborts the gesture and discards its drawing. */
  cancel(): void;
  /** The pointer has left the canvas. */
  leave?(): void;
  /** Returns whether the tool used the key. */
  key?(key: ToolKey): boolean;
}
