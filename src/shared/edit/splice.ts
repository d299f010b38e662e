/** Describes how one list follows from another, so that a history need not repeat whole lists. */

/** `after` is `before` with `cut` entries from `at` on replaced by `added` entries of its own. */
export interface Splice {
  readonly at: number;
  readonly cut: number;
  readonly added: number;
}

interface KnownSplice extends Splice {
  readonly before: readonly unknown[];
}

/** Lists are never changed in place, so each is compared with its predecessor once. */
const known = new WeakMap<readonly unknown[], KnownSplice>();

/**
 * Returns the splice between the longest common beginning and end; entries are compared by
 * identity.
 */
export function spliceOf(before: readonly unknown[], after: readonly unknown[]): Splice {
  const found = known.get(after);
  if (found?.before === before) return found;
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at++;
  let end = 0;
  while (end < shorter - at && before.at(-1 - end) === after.at(-1 - end)) end++;
  const splice = {
    before,
    at,
    cut: before.length - at - end,
    added: after.length - at - end,
  };
  known.set(after, splice);
  return splice;
}
