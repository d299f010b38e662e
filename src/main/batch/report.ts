/** Reports the results of a batch as CSV for spreadsheets and JSON for scripts. */
import { stringify } from 'csv-stringify/sync';
import type { BatchCounts, BatchPhoto } from '../../shared/contracts/batch.js';
import {
  inEnglish,
  inSentences,
  warningInEnglish,
  type ExplainedError,
  type ExplainedReport,
} from '../../shared/texts/explain.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import { writeAtomically } from '../storage/atomic.js';
import { writeFile } from 'node:fs/promises';
import type { BatchId, JournalReader } from './journal-reader.js';

/** Output of `unsmear batch --json`: as `deblur`, with numbers of photos by state. */
export interface BatchDocument extends Omit<BatchCounts, 'working'> {
  /** Results that were finished just before a crash have no report, only a path. */
  readonly outputs: readonly (
    ExplainedReport<RestoreReport> | { readonly input: string; readonly output: string }
  )[];
  readonly leftAlone: readonly Pick<BatchPhoto, 'input' | 'output' | 'because'>[];
  readonly errors: readonly ({ readonly input: string } & ExplainedError)[];
}

export function documentOf(journal: JournalReader, batch: BatchId): BatchDocument {
  const { working, waiting, ...counts } = journal.counts(batch);
  const reports = new Map(
    journal.reports(batch).map((report) => [report.output, inSentences(report)]),
  );
  const photos = journal.photos(batch);
  const outputs = photos.flatMap(({ state, input, output }) =>
    state === 'done' && output !== null ? [reports.get(output) ?? { input, output }] : [],
  );
  const leftAlone = photos
    .filter(({ state }) => state === 'skipped')
    .map(({ input, output, because }) => ({ input, output, because }));
  const errors = photos.flatMap(({ input, error }) =>
    error === null ? [] : [{ input, ...inEnglish(error) }],
  );
  return { ...counts, waiting: waiting + working, outputs, leftAlone, errors };
}

/** Returns one line per photo. */
export function csvOf(journal: JournalReader, batch: BatchId): string {
  const rows = journal.photos(batch).map((photo) => {
    const error = photo.error === null ? null : inEnglish(photo.error);
    return {
      photo: photo.input,
      state: photo.state === 'skipped' ? `left alone (${photo.because ?? ''})` : photo.state,
      result: photo.output ?? '',
      megapixels: photo.megapixels?.toFixed(1) ?? '',
      seconds: photo.ms === null ? '' : (photo.ms / 1000).toFixed(1),
      code: error?.code ?? '',
      message: error?.message ?? '',
      hint: error?.hint ?? '',
      warnings: photo.warnings.map(warningInEnglish).join(' '),
    };
  });
  // Escapes formulas, which spreadsheets would run: file names may come from anyone.
  return stringify(rows, { header: true, bom: true, escape_formulas: true });
}

/** Writes CSV if the name ends with .csv, else JSON. */
export async function writeReport(
  journal: JournalReader,
  batch: BatchId,
  path: string,
): Promise<void> {
  const text = /\.csv$/i.test(path)
    ? csvOf(journal, batch)
    : `${JSON.stringify(documentOf(journal, batch), null, 2)}\n`;
  await writeAtomically(path, 'overwrite', async (file) => {
    await writeFile(file, text);
    return file;
  });
}
