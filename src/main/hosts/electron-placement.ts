/** Where the window stands: as it was left, unless its screen is gone. */
import { z } from 'zod';

const Side = z.number().int().min(-100_000).max(100_000);

export const Bounds = z.object({ x: Side, y: Side, width: Side, height: Side });
export type Bounds = z.infer<typeof Bounds>;

export const Placement = z.object({ bounds: Bounds, maximised: z.boolean() });
export type Placement = z.infer<typeof Placement>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const SMALLEST: Size = { width: 960, height: 600 };
const USUAL: Size = { width: 1440, height: 900 };

/** So much of the window's upper edge must be on a screen to take hold of it. */
const HANDLE = { width: 120, height: 24 };

/** `areas`: what the screens leave to windows, the main one first. */
export function placeWindow(
  kept: Placement | null,
  areas: readonly Bounds[],
): { readonly bounds: Bounds; readonly maximised: boolean } {
  const maximised = kept?.maximised ?? false;
  const screen = kept === null ? undefined : areas.find((area) => canHold(area, kept.bounds));
  if (kept !== null && screen !== undefined) {
    const bounds = { ...kept.bounds, ...fitted(kept.bounds, screen) };
    return { bounds, maximised };
  }
  const [area] = areas;
  const size = area === undefined ? USUAL : fitted(kept?.bounds ?? USUAL, area);
  const { x = 0, y = 0, width = size.width, height = size.height } = area ?? {};
  const centred = {
    x: Math.round(x + (width - size.width) / 2),
    y: Math.round(y + (height - size.height) / 2),
  };
  return { bounds: { ...centred, ...size }, maximised };
}

function canHold(area: Bounds, window: Bounds): boolean {
  const shared = Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x);
  const below = window.y - area.y;
  return shared >= HANDLE.width && below >= 0 && below <= area.height - HANDLE.height;
}

function fitted({ width, height }: Size, area: Size): Size {
  return {
    width: Math.min(Math.max(width, SMALLEST.width), area.width),
    height: Math.min(Math.max(height, SMALLEST.height), area.height),
  };
}
