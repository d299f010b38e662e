/**
 * The only limits of a stored edit. A retouch of 5,000 strokes with 200 points each and an undo
 * step for each of them takes about 5 MB and 12.5 million references; a hostile file is refused in
 * bounded time and memory.
 */
import {
  addCounts,
  countAll,
  countsOf,
  limitProblem,
  TOO_MUCH_WORK,
  workShare,
  type PhotoSize,
  type RegionDocument,
  type RegionOperation,
  type Work,
} from '../regions/index.js';
import type { EditSettings } from './edit.js';
import { hintScale, type Hint } from './hints.js';
import type { History } from './history.js';
import { spliceOf } from './splice.js';

/** Largest sidecar or autosave in bytes, also as a message between editor and host. */
export const MAX_EDIT_BYTES = 32 << 20;
/** Most steps of a history. */
export const MAX_STEPS = 10_000;
/** Operations of all states of a history together; each reference takes 4 to 8 bytes of memory. */
export const MAX_REFERENCES = 16_000_000;
/** Cells of the pictures of all states together. */
export const MAX_ALL_CELLS = 600_000_000;

/** Upper bounds of the JSON of parts, in bytes, without the texts that they hold. */
const FRAME_BYTES = 512 << 10;
const OPERATION_BYTES = 220;
const HINT_BYTES = 300;
const STEP_BYTES = 400;
const INDEX_BYTES = 8;
/** Operations of all states together, each counted once; follows from the size of the file. */
export const MAX_ALL_OPERATIONS = Math.floor(MAX_EDIT_BYTES / OPERATION_BYTES);
/** Bytes of one UTF-16 unit of a text, at most: an escaped one. */
const UNIT_BYTES = 6;

/** Costs of operations by scale and operation, so that each is estimated once. */
export interface KnownWork {
  readonly mask: WeakMap<RegionOperation, Work>;
  readonly hints: WeakMap<RegionOperation, Work>;
}

/**
 * Returns why settings cannot be saved and opened again, as the end of a sentence, or `null`.
 * `most`: share of the work allowed for a photo of this size.
 */
export function settingsProblem(
  { regions, hints }: Pick<EditSettings, 'regions' | 'hints'>,
  photo: PhotoSize,
  known: KnownWork,
  most = 1,
): string | null {
  const paints = hints.flatMap((hint) => (hint.kind === 'painted' ? [hint.paint] : []));
  const counts = paints.reduce(
    (sum, { operations }) => addCounts(sum, countAll(operations)),
    countAll(regions.operations),
  );
  const problem = limitProblem(counts);
  if (problem !== null) return problem;
  const scale = hintScale(photo);
  const share = paints.reduce(
    (sum, { operations }) => sum + workShare(operations, photo, scale, known.hints),
    workShare(regions.operations, photo, 1, known.mask),
  );
  return share > most ? `its mask ${TOO_MUCH_WORK}` : null;
}

/**
 * Returns the history without its oldest steps, and if necessary without the last undone ones, so
 * that it fits into a file. The current step always stays.
 */
export function fitHistory(history: History<EditSettings>): History<EditSettings> {
  const { steps, current } = history;
  const room = {
    steps: MAX_STEPS - 1,
    references: MAX_REFERENCES,
    bytes: MAX_EDIT_BYTES - FRAME_BYTES,
  };
  const take = ({ references, bytes }: Size): boolean => {
    room.steps--;
    room.references -= references;
    room.bytes -= bytes;
    return room.steps >= 0 && room.references >= 0 && room.bytes >= 0;
  };
  take(settingsSize(steps[current]!.state));
  room.steps++;
  let [first, end] = [current, current + 1];
  while (first > 0 && take(stepSize(steps[first - 1]!, steps[first]!.state, 'before'))) first--;
  while (end < steps.length && take(stepSize(steps[end]!, steps[end - 1]!.state, 'after'))) end++;
  if (first === 0 && end === steps.length) return history;
  return { ...history, steps: steps.slice(first, end), current: current - first };
}

interface Size {
  readonly references: number;
  readonly bytes: number;
}

function settingsSize({ regions, hints }: EditSettings): Size {
  return hints.reduce((sum, hint) => add(sum, hintSize(hint, undefined)), listSize(regions, null));
}

/** Returns what a step adds to a file that holds its neighbour towards the current step. */
function stepSize(
  { label, state }: History<EditSettings>['steps'][number],
  neighbour: EditSettings,
  side: 'before' | 'after',
): Size {
  let size: Size = { references: 0, bytes: STEP_BYTES + label.length * UNIT_BYTES };
  if (state.regions !== neighbour.regions) {
    size = add(size, listSize(state.regions, neighbour.regions, side));
  }
  if (state.hints === neighbour.hints) return size;
  size = add(size, { references: 0, bytes: state.hints.length * INDEX_BYTES });
  const there = new Map(neighbour.hints.map((hint) => [hint.id, hint]));
  for (const hint of state.hints) {
    const other = there.get(hint.id);
    if (hint !== other) size = add(size, hintSize(hint, other, side));
  }
  return size;
}

function hintSize(hint: Hint, other: Hint | undefined, side?: 'before' | 'after'): Size {
  const bytes = HINT_BYTES + (hint.id.length + hint.name.length) * UNIT_BYTES;
  const own = { references: 0, bytes };
  if (hint.kind === 'box') return own;
  const paint = other?.kind === 'painted' ? other.paint : null;
  return paint === hint.paint ? own : add(own, listSize(hint.paint, paint, side));
}

/**
 * Returns the size of a list of operations; with a neighbour only of the operations that it does
 * not have.
 */
function listSize(
  { operations }: RegionDocument,
  neighbour: RegionDocument | null,
  side: 'before' | 'after' = 'after',
): Size {
  const others = neighbour?.operations ?? [];
  const splice = side === 'after' ? spliceOf(others, operations) : spliceOf(operations, others);
  const own = side === 'after' ? splice.added : splice.cut;
  let bytes = STEP_BYTES;
  for (let i = splice.at; i < splice.at + own; i++) {
    bytes += OPERATION_BYTES + INDEX_BYTES + countsOf(operations[i]).characters;
  }
  // A list before its neighbour is written in the other direction: what the neighbour adds counts
  // there.
  return { references: operations.length, bytes: bytes + INDEX_BYTES * splice.added };
}

function add(a: Size, b: Size): Size {
  return { references: a.references + b.references, bytes: a.bytes + b.bytes };
}
