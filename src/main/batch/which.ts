/** Which batch of the journal is meant when it is not named. */
import type { BatchSettings } from '../../shared/batch.js';
import type { BatchId, Journal } from './journal.js';

/** Photos that a watch with the same settings has restored are not restored again. */
export function watchedBefore(journal: Journal, settings: BatchSettings): BatchId | null {
  const same = JSON.stringify(settings);
  return journal.batches().find((batch) => JSON.stringify(batch.settings) === same)?.id ?? null;
}

/** The newest that writes into `folder`. */
export function unfinishedInto(journal: Journal, folder: string | null): BatchId | null {
  const into = journal.unfinished().filter(({ settings }) => settings.folder === folder);
  return into[0]?.id ?? null;
}

/** `folder` null: whichever is the newest. */
export function lastUnfinished(journal: Journal, folder: string | null): BatchId | null {
  if (folder !== null) return unfinishedInto(journal, folder);
  return journal.unfinished()[0]?.id ?? null;
}
