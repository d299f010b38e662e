/** What became of a batch's photos, for people's spreadsheets and for scripts. */
import { stringify } from 'csv-stringify/sync';
import type { BatchCounts, BatchPhoto } from '../../shared/contracts/batch.js';
import { inEnglish, type ExplainedError } from '../../shared/texts/explain.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import { writeAtomically } from '../storage/atomic.js';
import { writeFile } from 'node:fs/promises';
import type { BatchId, Journal } from './journal.js';

/** `unsmear batch --json`: as `deblur`, with how many photos became what. */
export interface BatchDocument extends Omit<BatchCounts, 'working'> {
  /** A result that an earlier run wrote in its last moment is known by its name alone. */
  readonly outputs: readonly (
    RestoreReport | { readonly input: string; readonly output: string }
  )[];
  readonly leftAlone: readonly Pick<BatchPhoto, 'input' | 'output' | 'because'>[];
  readonly errors: readonly ({ readonly input: string } & ExplainedError)[];
}

export function documentOf(journal: Journal, batch: BatchId): BatchDocument {
  const { working, waiting, ...counts } = journal.counts(batch);
  const reports = new Map(journal.reports(batch).map((report) => [report.output, report]));
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

/** One line for each photo. */
export function csvOf(journal: Journal, batch: BatchId): string {
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
      warnings: photo.warnings.join(' '),
    };
  });
  // A cell that begins like a formula would be run by a spreadsheet: file names are anybody's.
  return stringify(rows, { header: true, bom: true, escape_formulas: true });
}

/** As CSV where the name ends so, else as JSON. */
export async function writeReport(journal: Journal, batch: BatchId, path: string): Promise<void> {
  const text = /\.csv$/i.test(path)
    ? csvOf(journal, batch)
    : `${JSON.stringify(documentOf(journal, batch), null, 2)}\n`;
  await writeAtomically(path, 'overwrite', async (file) => {
    await writeFile(file, text);
    return file;
  });
}
