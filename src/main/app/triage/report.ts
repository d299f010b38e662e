/** What was found out about each photo, for scripts and for people's spreadsheets. */
import { writeFile } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { inEnglish, type ExplainedError } from '../../../shared/texts/explain.js';
import { isBlurred, type PhotoBlur } from '../../../shared/contracts/triage.js';
import { writeAtomically } from '../../storage/atomic.js';
import type { Judged } from './run.js';

/** One photo in `unsmear triage --json`. */
export interface TriageRow {
  readonly input: string;
  /** null: it could not be judged. */
  readonly score: number | null;
  readonly blurredShare: number | null;
  readonly blurred: boolean | null;
  readonly by: PhotoBlur['by'] | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly ms: number | null;
  readonly map: BlurMapRow | null;
  readonly error: ExplainedError | null;
}

/** The patches row by row: squares of `side` pixels, each in the middle of its cell of the grid. */
export interface BlurMapRow {
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
    const unknown = { score: null, blurredShare: null, blurred: null, by: null };
    const nothing = { width: null, height: null, ms: null, map: null };
    return { input, ...unknown, ...nothing, error: inEnglish(judged.error.toData()) };
  }
  const { blur, decodeMs, judgeMs } = judged.answer;
  const { score, blurredShare, by, width, height } = blur;
  return {
    ...{ input, score: round(score), blurredShare: round(blurredShare) },
    ...{ blurred: isBlurred(blur, threshold), by, width, height },
    ms: Math.round(decodeMs + judgeMs),
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

/** Four digits: a photo's map is read by programs, and there may be thousands. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Most blurred first; those that could not be judged at the end. */
export function mostBlurredFirst(rows: readonly TriageRow[]): TriageRow[] {
  return [...rows].sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
}

export function csvOf(rows: readonly TriageRow[]): string {
  const cells = rows.map(({ input, score, blurredShare, blurred, by, width, height, error }) => ({
    photo: input,
    score: score?.toFixed(4) ?? '',
    verdict: blurred === null ? '' : blurred ? 'blurred' : 'sharp',
    'blurred share': blurredShare?.toFixed(4) ?? '',
    by: by ?? '',
    megapixels: width === null || height === null ? '' : ((width * height) / 1e6).toFixed(1),
    code: error?.code ?? '',
    message: error?.message ?? '',
    hint: error?.hint ?? '',
  }));
  // A cell that begins like a formula would be run by a spreadsheet: file names are anybody's.
  return stringify(cells, { header: true, bom: true, escape_formulas: true });
}

/** As CSV where the name ends so, else as JSON. */
export async function writeTriageReport(path: string, rows: readonly TriageRow[]): Promise<void> {
  const text = /\.csv$/i.test(path) ? csvOf(rows) : `${JSON.stringify(rows, null, 2)}\n`;
  await writeAtomically(path, 'overwrite', async (file) => {
    await writeFile(file, text);
    return file;
  });
}
