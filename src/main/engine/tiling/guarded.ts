/** Running a tile whose answer may be wrong or missing: on the chosen provider, then on the CPU, then not at all. */
import { errorText, toUnsmearError } from '../../../shared/core/errors.js';
import type { RetryReason } from '../../../shared/contracts/restore.js';
import { GuardError } from './tile-runner.js';

export interface GuardedRun<T> {
  /** Nothing but the CPU is to be tried. */
  readonly onCpu: boolean;
  /** Whether any tile has worked: a graph that fails before on the CPU fails on all of them. */
  hasWorked(): boolean;
  run(forceCpu: boolean): Promise<T>;
  /** Told before the CPU is tried. */
  retried(reason: RetryReason, details: string): void;
}

/** The result, or why the tile has to be left as it was. Rejects with what is not the tile's fault. */
export async function runGuarded<T>(
  attempt: GuardedRun<T>,
): Promise<{ readonly value: T } | { readonly reason: string }> {
  let reason = '';
  for (const forceCpu of attempt.onCpu ? [true] : [false, true]) {
    try {
      return { value: await attempt.run(forceCpu) };
    } catch (error) {
      const failure = toUnsmearError(error);
      const isGuard = error instanceof GuardError;
      if (!isGuard && failure.code !== 'plugin-failed') throw error;
      if (!isGuard && forceCpu && !attempt.hasWorked()) throw error;
      reason = errorText(error);
      if (!forceCpu) attempt.retried(isGuard ? 'unusable' : 'failed', reason);
    }
  }
  return { reason };
}
