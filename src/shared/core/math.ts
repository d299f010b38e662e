/** Arithmetic that several rooms need. */

/** Returns the value limited to `low`..`high`; `high` if the limits cross. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
