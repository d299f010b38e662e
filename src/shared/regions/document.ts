/**
 * What a user painted, as a list of operations. Vectors and small grids only: they undo, travel in the sidecar and are
 * evaluated at any scale by the same code in the editor and on export.
 */
import { z } from 'zod';
import { MAX_FEATHER } from './blur.js';
import { MAX_GROW } from './distance.js';
import { GridData } from './grid-data.js';

/** Pixels of the photo as displayed. Shapes may reach past its edges. */
const Coordinate = z.number().min(-1e6).max(1e6);
const Length = z.number().positive().max(1e6);
const Point = z.tuple([Coordinate, Coordinate]);
/** x, y and, from a pen, the pressure: the brush is `size` × pressure wide there. */
const BrushPoint = z.union([Point, z.tuple([Coordinate, Coordinate, z.number().min(0).max(1)])]);
const Mode = z.enum(['add', 'erase']);

const Stroke = z.object({
  kind: z.literal('stroke'),
  mode: Mode,
  /** Diameter. */
  size: Length,
  /** The share of the radius that is covered fully; from there to the rim coverage falls to nothing. */
  hardness: z.number().min(0).max(1),
  /** The most that one stroke covers, however often it crosses itself; several strokes build up. */
  flow: z.number().min(0).max(1),
  points: z.array(BrushPoint).min(1).max(100_000),
});

const Rectangle = z.object({
  kind: z.literal('rectangle'),
  mode: Mode,
  x: Coordinate,
  y: Coordinate,
  w: Length,
  h: Length,
});

/** Inscribed in its box. */
const Ellipse = Rectangle.extend({ kind: z.literal('ellipse') });

/** Closed by itself. A loop that crosses itself has no holes (non-zero winding), as a hand expects. */
const Lasso = z.object({
  kind: z.literal('lasso'),
  mode: Mode,
  points: z.array(Point).min(3).max(100_000),
});

/** Where a map is at least `threshold` (share of white). The map is kept, so no network is needed later. */
const Threshold = z.object({
  kind: z.literal('threshold'),
  mode: Mode,
  map: GridData,
  threshold: z.number().min(0).max(1),
});

/** A mask from a file, stretched over the photo: white is covered, grey in proportion. */
const Bitmap = z.object({ kind: z.literal('bitmap'), mode: Mode, map: GridData });

const Invert = z.object({ kind: z.literal('invert') });
/** Softens by a gaussian whose standard deviation is half the radius. */
const Feather = z.object({
  kind: z.literal('feather'),
  radius: z.number().min(0).max(MAX_FEATHER),
});
/**
 * Moves the outline (where coverage is one half) outwards, or inwards when negative. The new outline is hard: feather
 * after growing. Growing never takes coverage away, shrinking never adds any.
 */
const Grow = z.object({ kind: z.literal('grow'), amount: z.number().min(-MAX_GROW).max(MAX_GROW) });
/** Forgets everything before it: the photo is without a mask again. */
const Clear = z.object({ kind: z.literal('clear') });

export const RegionOperation = z.discriminatedUnion('kind', [
  Stroke,
  Rectangle,
  Ellipse,
  Lasso,
  Threshold,
  Bitmap,
  Invert,
  Feather,
  Grow,
  Clear,
]);

export const MAX_OPERATIONS = 20_000;

/**
 * Without operations (or none after the last `clear`) there is no mask: the document means *everywhere*. Otherwise the
 * first operation decides what it works on: one that adds begins with nothing covered ("only here"), any other with
 * everything covered ("everywhere but here").
 */
export const RegionDocument = z.object({
  version: z.literal(1),
  operations: z.array(RegionOperation).max(MAX_OPERATIONS),
});

export type BrushPoint = z.infer<typeof BrushPoint>;
export type BrushStroke = z.infer<typeof Stroke>;
export type RegionOperation = z.infer<typeof RegionOperation>;
/** See the schema of the same name: no operations means everywhere. Never changed in place. */
export type RegionDocument = z.infer<typeof RegionDocument>;
export type RegionMode = z.infer<typeof Mode>;

export const EVERYWHERE: RegionDocument = Object.freeze({ version: 1, operations: [] });

/** A new document with one operation more; the old one is shared, not copied. */
export function addOperation(document: RegionDocument, operation: RegionOperation): RegionDocument {
  return { version: 1, operations: [...document.operations, operation] };
}

/** The operations that still count: those after the last `clear`. */
export function effectiveOperations(document: RegionDocument): readonly RegionOperation[] {
  const last = document.operations.findLastIndex((operation) => operation.kind === 'clear');
  return last < 0 ? document.operations : document.operations.slice(last + 1);
}

/** No mask: the whole photo is meant. */
export function isEverywhere(document: RegionDocument): boolean {
  return effectiveOperations(document).length === 0;
}

/** Whether everything is covered before the first of these operations. */
export function startsFull(operations: readonly RegionOperation[]): boolean {
  const first = operations[0];
  return first === undefined || !('mode' in first) || first.mode === 'erase';
}
