/** Arithmetic that several rooms need. */

/** Returns the value limited to `low`..`high`; `high` if the limits cross. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Returns the arithmetic mean; NaN for an empty list. */
export function mean(values: Iterable<number> & { readonly length: number }): number {
  return sum(values) / values.length;
}
