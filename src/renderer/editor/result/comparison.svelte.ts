/**
 * What is compared with what: the original, the current result, a stage, or an earlier result of
 * this session.
 */
import type { ResultSettings } from '../../../shared/protocol/calls.js';
import type { ResultId } from '../../../shared/protocol/ids.js';

/** `current`: as it would be exported. Stage 0 = the last. */
export type Side = 'original' | 'current' | { readonly result: ResultId; readonly stage: number };

export interface KnownResult {
  readonly result: ResultId;
  readonly settings: ResultSettings;
  readonly stages: readonly string[];
}

export class Comparison {
  left = $state.raw<Side>('original');
  right = $state.raw<Side>('current');
  /** Shown instead of the right side while the pointer is on its control. */
  peek = $state.raw<Side | null>(null);
  /** Results in order of request. */
  results = $state.raw<readonly KnownResult[]>([]);

  /** Adds or updates a result. */
  note(known: KnownResult): void {
    const at = this.results.findIndex(({ result }) => result === known.result);
    this.results = at < 0 ? [...this.results, known] : this.results.with(at, known);
  }

  /** Side that is drawn on the right. */
  get shown(): Side {
    return this.peek ?? this.right;
  }

  swap(): void {
    [this.left, this.right] = [this.right, this.left];
  }

  reset(): void {
    this.left = 'original';
    this.right = 'current';
  }

  /** Returns the latest result of a plug-in, or `null`. */
  resultOf(plugin: string, fallback: string): ResultId | null {
    const match = this.results.findLast(({ settings }) => (settings.plugin ?? fallback) === plugin);
    return match?.result ?? null;
  }
}

/** Returns a key for lists of choices. */
export function sideKey(side: Side): string {
  return typeof side === 'string' ? side : `${side.result}:${side.stage}`;
}

/** Parses a `sideKey`; `null` if it is none. */
export function parseSide(key: string): Side | null {
  if (key === 'original' || key === 'current') return key;
  const [result, stage] = key.split(':');
  return result === undefined || stage === undefined ? null : { result, stage: Number(stage) };
}
