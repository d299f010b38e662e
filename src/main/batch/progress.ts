/** How far a batch is, and how long it will take: from megapixels that were really restored. */
import type { BatchProgress } from '../../shared/contracts/batch.js';
import type { BatchId, Journal } from './journal.js';

/** What is left is only known in bytes; the photos that were restored say how many megapixels that makes. */
export function progressOf(journal: Journal, batch: BatchId): BatchProgress {
  const bytes = journal.bytes(batch);
  const pace = journal.pace(batch);
  const left = bytes.total - bytes.finished;
  return {
    counts: journal.counts(batch),
    bytes: bytes.finished,
    totalBytes: bytes.total,
    megapixelsPerSecond: pace === null ? null : (1000 * pace.megapixels) / pace.ms,
    secondsLeft: pace === null || pace.bytes === 0 ? null : (left * pace.ms) / pace.bytes / 1000,
  };
}
