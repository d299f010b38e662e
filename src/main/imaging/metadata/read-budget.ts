/**
 * Limits the cost of reading one photo's metadata. Directories (IFDs), resources and chunks can
 * point anywhere, also to each other, so neither the file's size nor the number of its tables
 * bounds the work.
 */
import type { WarningData } from '../../../shared/core/errors.js';

/** Entries of all tables together; cameras write a few hundred. */
const MAX_ENTRIES = 2000;
/** Bytes of all values together; the largest makers' notes have a few megabytes. */
const MAX_BYTES = 32 << 20;
/** Bytes that several entries may share, such as one resolution for both directions. */
const SHARED_BYTES = 64 << 10;

/** Why something was left out; tables that lead back to each other are `loops`. */
export type MetadataProblem = 'loops' | 'many-entries' | 'large-values';

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
    if (count > this.#entries) return this.refuse('many-entries');
    this.#entries -= count;
    return true;
  }

  /** Returns whether a value of `length` bytes may be kept. */
  takeBytes(length: number): boolean {
    if (length > this.#bytes) return this.refuse('large-values');
    this.#bytes -= length;
    return true;
  }

  /** Returns whether the table at `offset` is read for the first time. */
  visit(offset: number): boolean {
    if (this.#visited.has(offset)) return this.refuse('loops');
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
export function incompleteMetadata(reason: MetadataProblem): WarningData {
  return { code: 'metadata-incomplete', params: { reason } };
}
