/** How original and result share the canvas: which content is drawn where. Device pixels. */
import { clamp } from '../../shared/core/math.js';
import type { Rect } from '../../shared/contracts/restore.js';
import type { CompareMode } from '../../shared/contracts/settings.js';
import type { Size } from './viewport.js';

export type Content = 'original' | 'left' | 'right' | 'difference';

export interface Pane {
  readonly content: Content;
  /** The part of the canvas that is drawn. */
  readonly clip: Rect;
  /** Where the viewport lies: side by side each half has its own, otherwise it is the whole canvas. */
  readonly frame: Rect;
}

/** Steps of the split's slider. */
const STEP = 0.01;
const PAGE = 0.1;
/** Differences are small: they are shown brighter, doubled this often. */
export const DIFFERENCE_DOUBLINGS = 2;
/** As a factor, for the legend. */
export const DIFFERENCE_GAIN = 2 ** DIFFERENCE_DOUBLINGS;
/** Between two panes side by side. */
const GAP = 2;

export interface CompareState {
  readonly mode: CompareMode;
  /** The split's place, 0..1 from the left. */
  readonly split: number;
  /** The key for "show the original" is held. */
  readonly held: boolean;
  /** Whether there is something to compare with. */
  readonly hasResult: boolean;
}

/** The panes of the canvas, left to right. */
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
        // Held: the photo does not jump, the right half changes.
        { content: state.held ? 'original' : 'right', clip: right, frame: right },
      ];
    }
  }
}

/** The size that the viewport is reckoned with. */
export function paneSize(canvas: Size, state: CompareState): Size {
  if (!state.hasResult || state.mode !== 'side') return canvas;
  return {
    width: Math.max(1, Math.floor((canvas.width - GAP) / 2)),
    height: canvas.height,
  };
}

/** The split's column. */
function splitAt(canvas: Size, split: number): number {
  return Math.round(clamp(split, 0, 1) * canvas.width);
}

/** Where a key moves the split; null: not a key of the slider. */
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
