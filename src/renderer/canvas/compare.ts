/** Layout of the comparison on the canvas: which content is drawn where, in device pixels. */
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { CompareMode } from '../../shared/contracts/settings.js';
import type { Size } from './viewport.js';

export type Content = 'original' | 'left' | 'right' | 'difference';

export interface Pane {
  readonly content: Content;
  /** Part of the canvas to draw. */
  readonly clip: Rect;
  /** Area that the viewport refers to: half of the canvas side by side, else all of it. */
  readonly frame: Rect;
}

/** Step of the split slider. */
const STEP = 0.01;
const PAGE = 0.1;
/** Differences are brightened by this many doublings. */
export const DIFFERENCE_DOUBLINGS = 2;
/** Brightening as a factor, for the legend. */
export const DIFFERENCE_GAIN = 2 ** DIFFERENCE_DOUBLINGS;
/** Gap between two panes side by side. */
const GAP = 2;

export interface CompareState {
  readonly mode: CompareMode;
  /** Position of the split, 0..1 from the left. */
  readonly split: number;
  /** The key for "show the original" is held. */
  readonly held: boolean;
  /** A result exists that can be compared with the original. */
  readonly hasResult: boolean;
}

/** Returns the panes of the canvas, left to right. */
export function panes(canvas: Size, state: CompareState): Pane[] {
  const whole: Rect = { x: 0, y: 0, w: canvas.width, h: canvas.height };
  const single = !state.hasResult || (state.held && state.mode !== 'side');
  if (single) return [{ content: 'original', clip: whole, frame: whole }];
  switch (state.mode) {
    case 'result':
      return [{ content: 'right', clip: whole, frame: whole }];
    case 'difference':
      return [{ content: 'difference', clip: whole, frame: whole }];
    case 'split': {
      const at = splitAt(canvas, state.split);
      return [
        { content: 'left', clip: { ...whole, w: at }, frame: whole },
        { content: 'right', clip: { ...whole, x: at, w: canvas.width - at }, frame: whole },
      ];
    }
    case 'side': {
      const half = paneSize(canvas, state).width;
      const left: Rect = { ...whole, w: half };
      const right: Rect = { ...whole, x: canvas.width - half, w: half };
      return [
        { content: 'left', clip: left, frame: left },
        // While the key is held only the right half changes; the photo keeps its place.
        { content: state.held ? 'original' : 'right', clip: right, frame: right },
      ];
    }
  }
}

/** Returns the size that the viewport refers to. */
export function paneSize(canvas: Size, state: CompareState): Size {
  if (!state.hasResult || state.mode !== 'side') return canvas;
  return {
    width: Math.max(1, Math.floor((canvas.width - GAP) / 2)),
    height: canvas.height,
  };
}

/** Returns the split's column in device pixels. */
function splitAt(canvas: Size, split: number): number {
  return Math.round(clamp(split, 0, 1) * canvas.width);
}

/** Returns the split's position after a key press; `null` for keys that the slider does not use. */
export function splitKey(split: number, key: string, large: boolean): number | null {
  const step = large ? PAGE : STEP;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return clamp(split - step, 0, 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return clamp(split + step, 0, 1);
    case 'PageDown':
      return clamp(split - PAGE, 0, 1);
    case 'PageUp':
      return clamp(split + PAGE, 0, 1);
    case 'Home':
      return 0;
    case 'End':
      return 1;
    default:
      return null;
  }
}
