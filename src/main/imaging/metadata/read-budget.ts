/**
 * Limits the cost of reading one photo's metadata. Directories (IFDs), resources and chunks can
 * point anywhere, also to each other, so neither the file's size nor the number of its tables
 * bounds the work.
 */

/** Entries of all tables together; cameras write a few hundred. */
const MAX_ENTRIES = 2000;
/** Bytes of all values together; the largest makers' notes have a few megabytes. */
const MAX_BYTES = 32 << 20;
/** Bytes that several entries may share, such as one resolution for both directions. */
const SHARED_BYTES = 64 << 10;

/** Why something was left out, as the end of a sentence. */
export type MetadataProblem =
  'parts of it point back to themselves' | 'it has too many entries' | 'its values are too large';

/** Shared by everything that reads one photo's metadata block; a refused read sets `problem`. */
export class ReadBudget {
  readonly #visited = new Set<number>();
  #entries = MAX_ENTRIES;
  #bytes: number;
  #problem: MetadataProblem | null = null;

  /** `size`: bytes of the file or block; values that do not overlap cannot exceed it. */
  constructor(readonly size: number) {
    this.#bytes = Math.min(size + SHARED_BYTES, MAX_BYTES);
  }

  /** The first reason why something was left out; `null` if everything was read. */
  get problem(): MetadataProblem | null {
    return this.#problem;
  }

  /** Returns whether `count` more entries may be read. */
  takeEntries(count: number): boolean {
    if (count > this.#entries) return this.refuse('it has too many entries');
    this.#entries -= count;
    return true;
  }

  /** Returns whether a value of `length` bytes may be kept. */
  takeBytes(length: number): boolean {
    if (length > this.#bytes) return this.refuse('its values are too large');
    this.#bytes -= length;
    return true;
  }

  /** Returns whether the table at `offset` is read for the first time. */
  visit(offset: number): boolean {
    if (this.#visited.has(offset)) return this.refuse('parts of it point back to themselves');
    this.#visited.add(offset);
    return true;
  }

  /** Notes that something was left out. Returns false. */
  refuse(problem: MetadataProblem): false {
    this.#problem ??= problem;
    return false;
  }
}

/** The warning for a photo that is restored without some of its metadata. */
export function incompleteMetadata(problem: MetadataProblem): string {
  return `Some of its metadata could not be kept: ${problem}.`;
}
