/** Reports the blur scores of photos as JSON and CSV. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { inEnglish, type ExplainedError } from '../../../shared/texts/explain.js';
import { isBlurred, type PhotoBlur } from '../../../shared/contracts/triage.js';
import { writeAtomically } from '../../storage/atomic.js';
import type { Judged } from './run.js';

/** One photo in `unsmear triage --json`. */
export interface TriageRow {
  readonly input: string;
  /** Blur score 0..1; `null` if the photo could not be scored. */
  readonly score: number | null;
  readonly blurredShare: number | null;
  /**
   * Length of the blur in pixels; `null` if nothing has moved, or the model does not estimate it.
   */
  readonly extent: number | null;
  readonly blurred: boolean | null;
  readonly by: PhotoBlur['by'] | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly ms: number | null;
  readonly map: BlurMapRow | null;
  readonly error: ExplainedError | null;
}

/** Patches row by row: squares of `side` pixels, centred in the cells of the grid. */
interface BlurMapRow {
  readonly columns: number;
  readonly rows: number;
  readonly side: number;
  readonly scores: readonly number[];
  readonly difficulty: readonly (number | null)[];
}

export function rowOf(
  { photo, ...judged }: Judged<{ readonly input: string }>,
  threshold: number,
): TriageRow {
  const { input } = photo;
  if ('error' in judged) {
    const unknown = { score: null, blurredShare: null, extent: null, blurred: null, by: null };
    const nothing = { width: null, height: null, ms: null, map: null };
    return { input, ...unknown, ...nothing, error: inEnglish(judged.error.toData()) };
  }
  const { blur, decodeMs, scoreMs } = judged.answer;
  const { score, blurredShare, extent, by, width, height } = blur;
  return {
    ...{ input, score: round(score), blurredShare: round(blurredShare) },
    extent,
    ...{ blurred: isBlurred(blur, threshold), by, width, height },
    ms: Math.round(decodeMs + scoreMs),
    map: mapOf(blur),
    error: null,
  };
}

function mapOf({ columns, rows, patches }: PhotoBlur): BlurMapRow {
  return {
    columns,
    rows,
    side: patches[0]?.side ?? 0,
    scores: patches.map(({ score }) => round(score)),
    difficulty: patches.map(({ difficulty }) => (difficulty === null ? null : round(difficulty))),
  };
}

/** Rounds to four digits, since a report may contain thousands of maps. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Sorts by score, most blurred first and failures last. */
export function mostBlurredFirst(rows: readonly TriageRow[]): TriageRow[] {
  return [...rows].sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
}

export function csvOf(rows: readonly TriageRow[]): string {
  const cells = rows.map(({ input, score, blurredShare, extent, blurred, ...row }) => ({
    photo: input,
    score: score?.toFixed(4) ?? '',
    verdict: blurred === null ? '' : blurred ? 'blurred' : 'sharp',
    'blurred share': blurredShare?.toFixed(4) ?? '',
    'blur length (px)': extent ?? '',
    by: row.by ?? '',
    megapixels: megapixelsOf(row),
    code: row.error?.code ?? '',
    message: row.error?.message ?? '',
    hint: row.error?.hint ?? '',
  }));
  // Escapes formulas, which spreadsheets would run: file names may come from anyone.
  return stringify(cells, { header: true, bom: true, escape_formulas: true });
}

function megapixelsOf({ width, height }: Pick<TriageRow, 'width' | 'height'>): string {
  return width === null || height === null ? '' : ((width * height) / 1e6).toFixed(1);
}

/** Writes CSV if the name ends with .csv, else JSON. */
export async function writeTriageReport(path: string, rows: readonly TriageRow[]): Promise<void> {
  const text = /\.csv$/i.test(path) ? csvOf(rows) : `${JSON.stringify(rows, null, 2)}\n`;
  await writeAtomically(path, 'overwrite', async (file) => {
    await writeFile(file, text);
    return file;
  });
}
