/**
 * Limits of region documents, checked before anything of them is validated. They are far above what
 * a hand can draw; without them a file of some kilobytes keeps the program busy for hours or fills
 * its memory.
 */

const MAX_OPERATIONS = 20_000;
/** Feathering and growing, which visit every pixel several times. */
const MAX_SPREADS = 50;
/** Characters of all packed paths and pictures. A million points take about four million. */
const MAX_CHARACTERS = 24_000_000;
/** Cells of all grids; one byte each is kept in memory. */
const MAX_CELLS = 300_000_000;

/** Largest radius of feathering in pixels of the photo. */
export const MAX_FEATHER = 1000;
/** Largest distance that an outline can be moved, in pixels of the photo. */
export const MAX_GROW = 1000;

/** Amounts that the limits apply to, of one operation or of several together. */
export interface RegionCounts {
  readonly operations: number;
  readonly spreads: number;
  readonly characters: number;
  readonly cells: number;
}

export const NO_COUNTS: RegionCounts = { operations: 0, spreads: 0, characters: 0, cells: 0 };

/** Counts what an operation holds, as it was read and before it is validated. */
export function countsOf(operation: unknown): RegionCounts {
  if (!isFields(operation)) return { ...NO_COUNTS, operations: 1 };
  const { kind, path, map } = operation;
  const data = isFields(map) ? map.data : undefined;
  return {
    operations: 1,
    spreads: kind === 'feather' || kind === 'grow' ? 1 : 0,
    characters: lengthOf(path) + lengthOf(data),
    cells: isFields(map) ? Number(map.width) * Number(map.height) || 0 : 0,
  };
}

/** Returns `a + sign × b`. */
export function addCounts(a: RegionCounts, b: RegionCounts, sign = 1): RegionCounts {
  return {
    operations: a.operations + sign * b.operations,
    spreads: a.spreads + sign * b.spreads,
    characters: a.characters + sign * b.characters,
    cells: a.cells + sign * b.cells,
  };
}

/** Counts what a list of unvalidated operations holds. */
export function countAll(list: readonly unknown[]): RegionCounts {
  let [spreads, characters, cells] = [0, 0, 0];
  for (const operation of list) {
    const counts = countsOf(operation);
    spreads += counts.spreads;
    characters += counts.characters;
    cells += counts.cells;
  }
  return { operations: list.length, spreads, characters, cells };
}

/** Returns which limit the counts of a document exceed, as the end of a sentence, else `null`. */
export function limitProblem(counts: RegionCounts): string | null {
  if (counts.operations > MAX_OPERATIONS) return moreThan(MAX_OPERATIONS, 'operations');
  if (counts.spreads > MAX_SPREADS) return moreThan(MAX_SPREADS, 'operations that feather or grow');
  if (counts.characters > MAX_CHARACTERS) return 'its strokes and pictures are too large';
  if (counts.cells > MAX_CELLS) return moreThan(MAX_CELLS, 'pixels in its pictures');
  return null;
}

function moreThan(limit: number, what: string): string {
  return `it has more than ${limit.toLocaleString('en')} ${what}`;
}

function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : 0;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
