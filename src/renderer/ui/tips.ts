/**
 * One tooltip for the whole window: every control registers its text, and the tooltip moves to it.
 * A tooltip per control would stay half removed if its control disappears while it is shown.
 */
import { Tooltip } from 'bits-ui';

export interface TipContent {
  readonly text: string;
  readonly keys: string | undefined;
  /** Why the control is disabled. */
  readonly reason: string | null;
  readonly side: 'top' | 'bottom' | 'left' | 'right';
}

export const tips = Tooltip.createTether<TipContent>();
