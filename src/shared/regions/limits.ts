/**
 * Limits of region documents, checked before anything of them is validated. They are far above what a hand can
 * draw; without them a file of some kilobytes keeps the program busy for hours or fills its memory.
 */

export const MAX_OPERATIONS = 5000;
/** Feathering and growing, which visit every pixel several times. */
const MAX_SPREADS = 50;
/** Points of all strokes and outlines. */
const MAX_POINTS = 2_000_000;
/** Cells of all grids; one byte each is kept in memory. */
const MAX_CELLS = 300_000_000;

export interface RegionCounts {
  readonly points: number;
  readonly cells: number;
}

/** Counts what is in one operation, as it was read and before it is validated. */
export function countsOf(operation: unknown): RegionCounts {
  if (!isFields(operation)) return { points: 0, cells: 0 };
  const { points, map } = operation;
  return {
    points: Array.isArray(points) ? points.length : 0,
    cells: isFields(map) ? Number(map.width) * Number(map.height) || 0 : 0,
  };
}

/** Returns which limit a list of unvalidated operations exceeds, as the end of a sentence, else `null`. */
export function countProblem(operations: readonly unknown[]): string | null {
  if (operations.length > MAX_OPERATIONS) return moreThan(MAX_OPERATIONS, 'operations');
  let [spreads, points, cells] = [0, 0, 0];
  for (const operation of operations) {
    const kind = isFields(operation) ? operation.kind : null;
    if (kind === 'feather' || kind === 'grow') spreads++;
    const counts = countsOf(operation);
    points += counts.points;
    cells += counts.cells;
  }
  if (spreads > MAX_SPREADS) return moreThan(MAX_SPREADS, 'operations that feather or grow');
  if (points > MAX_POINTS) return moreThan(MAX_POINTS, 'points');
  if (cells > MAX_CELLS) return moreThan(MAX_CELLS, 'pixels in its pictures');
  return null;
}

function moreThan(limit: number, what: string): string {
  return `it has more than ${limit.toLocaleString('en')} ${what}`;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
