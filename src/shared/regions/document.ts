/**
 * Schema of a drawn mask or hint: a list of operations, made of vectors and small grids. They can
 * be undone, saved in the sidecar, and evaluated at any scale by the same code in the editor and on
 * export.
 */
import { z } from 'zod';
import { GridData } from './grid-data.js';
import { countAll, limitProblem, MAX_FEATHER, MAX_GROW } from './limits.js';
import { MAX_COORDINATE, packPoints, unpackPath, type BrushPoint, type Path } from './path.js';

const BROKEN_PATH = { path: ['path'], message: 'is not a list of points' };

/** Pixels of the upright photo; shapes may reach past its edges. */
const Coordinate = z.number().min(-MAX_COORDINATE).max(MAX_COORDINATE);
const Length = z.number().positive().max(MAX_COORDINATE);
const Mode = z.enum(['add', 'erase']);

const Stroke = z
  .object({
    kind: z.literal('stroke'),
    mode: Mode,
    /** Diameter in pixels. */
    size: Length,
    /** Share of the radius that is covered fully; from there coverage falls to 0 at the rim. */
    hardness: z.number().min(0).max(1),
    /** Largest coverage of one stroke, however often it crosses itself; several strokes add up. */
    flow: z.number().min(0).max(1),
    /** Whether each point of the path has a pressure, by which `size` is multiplied there. */
    pressure: z.boolean(),
    /** Packed points (path.ts); at least one. */
    path: z.string(),
  })
  .refine((stroke) => hasPoints(stroke, 1), BROKEN_PATH);

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

/** Closed automatically; one that crosses itself has no holes (non-zero winding rule). */
const Lasso = z
  .object({
    kind: z.literal('lasso'),
    mode: Mode,
    /** Packed points (path.ts) without pressure; at least three. */
    path: z.string(),
  })
  .refine((lasso) => hasPoints(lasso, 3), BROKEN_PATH);

/**
 * Covers where a map is at least `threshold` (share of white). The map is stored, so no network is
 * needed later.
 */
const Threshold = z.object({
  kind: z.literal('threshold'),
  mode: Mode,
  map: GridData,
  threshold: z.number().min(0).max(1),
});

/** Mask from a file, stretched over the photo: white is covered, grey in proportion. */
const Bitmap = z.object({ kind: z.literal('bitmap'), mode: Mode, map: GridData });

const Invert = z.object({ kind: z.literal('invert') });
/** Blurs the mask by a Gaussian whose standard deviation is half the radius. */
const Feather = z.object({
  kind: z.literal('feather'),
  radius: z.number().min(0).max(MAX_FEATHER),
});
/**
 * Moves the outline (coverage one half) outwards, or inwards if negative. The new outline is hard:
 * feather after growing. Growing never removes coverage, shrinking never adds any.
 */
const Grow = z.object({ kind: z.literal('grow'), amount: z.number().min(-MAX_GROW).max(MAX_GROW) });
/** Discards everything before it: the photo has no mask again. */
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

const Document = z.object({ operations: z.array(RegionOperation) });

/**
 * A document without operations (or none after the last `clear`) means *everywhere*. Otherwise the
 * first operation decides the start: one that adds begins with nothing covered ("only here"), any
 * other with everything covered ("everywhere but here"). Limits are checked first, since validating
 * unpacks grids.
 */
export const RegionDocument = z
  .custom<z.input<typeof Document>>((value) => typeof value === 'object' && value !== null)
  .superRefine(({ operations }: { operations?: unknown }, context) => {
    const problem = Array.isArray(operations) ? limitProblem(countAll(operations)) : null;
    if (problem === null) return;
    context.addIssue({ code: 'custom', message: problem, path: ['operations'] });
  })
  .pipe(Document);

export type BrushStroke = z.infer<typeof Stroke>;
export type RegionOperation = z.infer<typeof RegionOperation>;
/** See the schema of the same name. Never changed in place. */
export type RegionDocument = z.infer<typeof RegionDocument>;
export type RegionMode = z.infer<typeof Mode>;

export const EVERYWHERE: RegionDocument = Object.freeze({ operations: [] });

/** Returns a new document with one more operation; the operations are shared, not copied. */
export function addOperation(document: RegionDocument, operation: RegionOperation): RegionDocument {
  return { operations: [...document.operations, operation] };
}

/** Returns the operations after the last `clear`. */
export function effectiveOperations(document: RegionDocument): readonly RegionOperation[] {
  const last = document.operations.findLastIndex((operation) => operation.kind === 'clear');
  return last < 0 ? document.operations : document.operations.slice(last + 1);
}

/** Returns whether the document is no mask, so that the whole photo is restored. */
export function isEverywhere(document: RegionDocument): boolean {
  return effectiveOperations(document).length === 0;
}

/** Returns whether everything is covered before the first of these operations. */
export function startsFull(operations: readonly RegionOperation[]): boolean {
  const first = operations[0];
  return first === undefined || !('mode' in first) || first.mode === 'erase';
}

/** A stroke or a lasso. */
interface PathOperation {
  readonly path: string;
  readonly pressure?: boolean;
}

/** Paths by operation: operations are never changed in place, so each path is unpacked once. */
const paths = new WeakMap<PathOperation, Path>();

/**
 * Returns the points of a stroke or an outline; not to be written to. Throws RangeError for a
 * broken path.
 */
export function pathOf(operation: PathOperation): Path {
  const path = knownPath(operation);
  if (path === null) throw new RangeError('The path of an operation is broken.');
  return path;
}

/** Returns `null` for a broken path. */
function knownPath(operation: PathOperation): Path | null {
  const known = paths.get(operation);
  if (known) return known;
  const path = unpackPath(operation.path, strideOf(operation));
  if (path !== null) paths.set(operation, path);
  return path;
}

/** Validation; the points stay unpacked for the code that uses them next. */
function hasPoints(operation: PathOperation, least: number): boolean {
  const path = knownPath(operation);
  return path !== null && path.values.length >= least * path.stride;
}

/** Returns how many numbers each point of an operation's path has. */
export function strideOf({ pressure }: PathOperation): 2 | 3 {
  return pressure === true ? 3 : 2;
}

/** Returns the fields `path` and `pressure` of a stroke through these points. */
export function strokePath(points: readonly BrushPoint[]): Pick<BrushStroke, 'path' | 'pressure'> {
  const { text, stride } = packPoints(points);
  return { pressure: stride === 3, path: text };
}
