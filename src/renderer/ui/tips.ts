/**
 * The one tooltip of the window: every control names its text, and it moves to where it is wanted. One of its own for each control
 * would be left half torn down when its control goes while it is shown.
 */
import { Tooltip } from 'bits-ui';

export interface TipContent {
  readonly text: string;
  readonly keys: string | undefined;
  /** Why the control cannot be used. */
  readonly reason: string | null;
  readonly side: 'top' | 'bottom' | 'left' | 'right';
}

export const tips = Tooltip.createTether<TipContent>();
