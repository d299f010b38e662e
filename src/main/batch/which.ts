/** Which batch of the journal is meant when it is not named. */
import type { BatchSettings } from '../../shared/contracts/batch.js';
import type { BatchId, Journal } from './journal.js';

/** Photos that a watch with the same settings has restored are not restored again. */
export function watchedBefore(journal: Journal, settings: BatchSettings): BatchId | null {
  const same = JSON.stringify(settings);
  return journal.batches().find((batch) => JSON.stringify(batch.settings) === same)?.id ?? null;
}

/** The newest with photos that are left, with `failed` also those that failed. `folder`: that writes into it; null: wherever. */
export function lastUnfinished(
  journal: Journal,
  folder: string | null,
  { failed: alsoFailed = false } = {},
): BatchId | null {
  const found = journal.batches().find(({ id, settings }) => {
    if (folder !== null && settings.folder !== folder) return false;
    const { waiting, working, failed } = journal.counts(id);
    return waiting + working > 0 || (alsoFailed && failed > 0);
  });
  return found?.id ?? null;
}
