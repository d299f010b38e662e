/** Divides a view into bands of rows, which bounds the memory of rasterising. */

/** Pixels of a band, margins included. */
const BAND_PIXELS = 4_000_000;
const LEAST_ROWS = 32;

/**
 * Returns the rows of a band. It is at least as high as its margin, or margins would be most of the
 * work.
 */
export function bandRows(width: number, margin: number): number {
  const affordable = Math.floor(BAND_PIXELS / (width + 2 * margin)) - 2 * margin;
  return Math.max(LEAST_ROWS, margin, affordable);
}
