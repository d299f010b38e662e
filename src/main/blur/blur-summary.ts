/** Sums up the blur of a photo: how long it is, and how much of the photo it covers. */
import type { BlurSummary, WorkAt } from '../../shared/contracts/restore.js';
import type { Size } from '../../shared/core/geometry.js';
import type { WarningData } from '../../shared/core/errors.js';
import { CELL, extentOf, type BlurField } from './blur-field.js';

/** Places per side of a photo at which its blur is read. */
const PLACES = 256;
/** Extent in pixels of blur that stays soft, whatever is computed. */
const TOO_LONG = 200;
/** Share of the moved places that must be so blurred for a warning, or of all out of focus. */
const MANY = 0.1;
/** Share of the photo that must be moved for a warning. */
const SOME = 0.05;

/** Known places of a photo. */
export interface BlurReading {
  readonly known: number;
  readonly defocused: number;
  /** Extents in pixels of the moved places, from short to long. */
  readonly extents: Float64Array;
}

/** Reads the blur of a photo of the given size at evenly spread places. */
export function readBlur(field: BlurField, { width, height }: Size): BlurReading {
  const step = Math.max(CELL, Math.ceil(Math.max(width, height) / PLACES));
  const extents: number[] = [];
  const read = { known: 0, defocused: 0 };
  for (let y = Math.min(step, height) / 2; y < height; y += step) {
    for (let x = Math.min(step, width) / 2; x < width; x += step) {
      const blur = field.at(x, y);
      if (blur === null) continue;
      read.known++;
      if (blur.moved >= 0.5) extents.push(extentOf(blur));
      else if (blur.defocused >= 0.5) read.defocused++;
    }
  }
  return { ...read, extents: Float64Array.from(extents).sort() };
}

/** Returns the figures of `unsmear deblur --json`. */
export function blurSummary({ known, defocused, extents }: BlurReading): BlurSummary {
  const all = Math.max(1, known);
  return {
    extent: quantile(extents, 0.5),
    longest: quantile(extents, 0.95),
    moved: round(extents.length / all, 1e4),
    defocused: round(defocused / all, 1e4),
  };
}

/** Returns a warning if much of the blur is too long to be removed; else `null`. */
export function longBlurWarning(
  { known, extents }: BlurReading,
  workAt: WorkAt,
): WarningData | null {
  const long = extents.filter((extent) => extent > TOO_LONG);
  if (extents.length <= SOME * known || long.length <= MANY * extents.length) return null;
  const reason = workAt === 'half' || workAt === 'quarter' ? 'reduced' : 'full-size';
  const extent = 10 * Math.round(long[long.length >> 1]! / 10);
  return { code: 'blur-too-long', params: { reason, extent } };
}

/** Returns a warning if the photo is soft for want of focus, rather than by motion; else `null`. */
export function focusWarning({ known, defocused, extents }: BlurReading): WarningData | null {
  if (defocused <= MANY * known || defocused <= extents.length) return null;
  return { code: 'out-of-focus', params: { percent: Math.round((100 * defocused) / known) } };
}

/** Returns a quantile of sorted values, to a tenth; `null` if there are none. */
function quantile(sorted: Float64Array, share: number): number | null {
  const value = sorted[Math.round((sorted.length - 1) * share)];
  return value === undefined ? null : round(value, 10);
}

function round(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}
