/** Position of the window: as the user left it, unless that screen is gone. */
import type { Size } from '../../../shared/core/geometry.js';
import { clamp } from '../../../shared/core/math.js';
import { z } from 'zod';

const Side = z.number().int().min(-100_000).max(100_000);

const Bounds = z.object({ x: Side, y: Side, width: Side, height: Side });
type Bounds = z.infer<typeof Bounds>;

export const Placement = z.object({ bounds: Bounds, maximised: z.boolean() });
export type Placement = z.infer<typeof Placement>;

export const SMALLEST: Size = { width: 960, height: 600 };
const USUAL: Size = { width: 1440, height: 900 };

/** Part of the window's top edge in pixels that must be on a screen, so that it can be dragged. */
const HANDLE = { width: 120, height: 24 };

/** Returns the window's bounds. `areas`: work areas of the screens, the main one first. */
export function placeWindow(kept: Placement | null, areas: readonly Bounds[]): Placement {
  const maximised = kept?.maximised ?? false;
  const wanted = kept?.bounds ?? USUAL;
  if (kept !== null) {
    for (const area of areas) {
      const bounds = { ...kept.bounds, ...fitted(wanted, area) };
      if (canHold(area, bounds)) return { bounds, maximised };
    }
  }
  const [main = { x: 0, y: 0, ...wanted }] = areas;
  const size = fitted(wanted, main);
  const x = Math.round(main.x + (main.width - size.width) / 2);
  const y = Math.round(main.y + (main.height - size.height) / 2);
  return { bounds: { x, y, ...size }, maximised };
}

function canHold(area: Bounds, window: Bounds): boolean {
  const shared =
    Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x);
  const below = window.y - area.y;
  return shared >= HANDLE.width && below >= 0 && below <= area.height - HANDLE.height;
}

function fitted({ width, height }: Size, area: Size): Size {
  return {
    width: clamp(width, SMALLEST.width, area.width),
    height: clamp(height, SMALLEST.height, area.height),
  };
}
