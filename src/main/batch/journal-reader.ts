/** Queries of the journal: batches, their photos and their progress. */
import {
  BatchSettings,
  PHOTO_STATES,
  type BatchCounts,
  type BatchPhoto,
  type BatchProgress,
  type PhotoState,
  type SkippedBecause,
} from '../../shared/contracts/batch.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import {
  isErrorData,
  storedWarning,
  UnsmearError,
  type ErrorData,
} from '../../shared/core/errors.js';
import { isAlive } from '../storage/is-alive.js';
import { type Connection } from './database.js';

export type BatchId = number;

export interface Batch {
  readonly id: BatchId;
  readonly created: number;
  readonly settings: BatchSettings;
}

interface Pace {
  /** Sums over the photos that were restored last. */
  readonly ms: number;
  readonly megapixels: number;
  readonly bytes: number;
}

interface Row {
  readonly number: number;
  readonly input: string;
  readonly real: string;
  readonly within: string;
  readonly bytes: number;
  readonly modified: number;
  readonly state: PhotoState;
  readonly output: string | null;
  readonly began: number | null;
  readonly because: SkippedBecause | null;
  readonly error: string | null;
  readonly report: string | null;
  readonly megapixels: number | null;
  readonly ms: number | null;
}

const PACE_PHOTOS = 20;
const FINISHED = "('done', 'skipped', 'failed')";

export class JournalReader {
  protected constructor(protected readonly db: Connection) {}

  /** Throws `batch-missing` for an unknown id. */
  batch(id: BatchId): Batch {
    const row = this.db.prepare('SELECT id, created, settings FROM batches WHERE id = ?').get(id);
    if (row === undefined) throw new UnsmearError('batch-missing', { batch: id });
    return readBatch(row as BatchRow);
  }

  /** Returns all batches, newest first. */
  batches(): Batch[] {
    const rows = this.db
      .prepare('SELECT id, created, settings FROM batches ORDER BY id DESC')
      .all();
    return (rows as BatchRow[]).map(readBatch);
  }

  /** Returns the batches with unfinished photos, newest first. */
  unfinished(): Batch[] {
    const rows = this.db
      .prepare(
        `SELECT id, created, settings FROM batches WHERE EXISTS (
           SELECT 1 FROM photos WHERE batch = id AND state NOT IN ${FINISHED}) ORDER BY id DESC`,
      )
      .all();
    return (rows as BatchRow[]).map(readBatch);
  }

  /** Returns the batch with these settings, of which a new watch continues; `null` without one. */
  withSettings(settings: BatchSettings): BatchId | null {
    const same = JSON.stringify(settings);
    return this.batches().find((batch) => JSON.stringify(batch.settings) === same)?.id ?? null;
  }

  /**
   * Returns the newest batch with photos left (with `failed`, also failed ones) whose results go to
   * `folder` (`null` = any); `null` without one.
   */
  lastUnfinished(folder: string | null, { failed: alsoFailed = false } = {}): BatchId | null {
    const found = this.batches().find(({ id, settings }) => {
      if (folder !== null && settings.folder !== folder) return false;
      const { waiting, working, failed } = this.counts(id);
      return waiting + working > 0 || (alsoFailed && failed > 0);
    });
    return found?.id ?? null;
  }

  /** Returns photos with numbers above `after` that are in one of `states`. */
  photos(
    batch: BatchId,
    after = 0,
    count = Number.MAX_SAFE_INTEGER,
    states: readonly PhotoState[] = PHOTO_STATES,
  ): BatchPhoto[] {
    const marks = states.map(() => '?').join(', ');
    const rows = this.db
      .prepare(
        `SELECT * FROM photos WHERE batch = ? AND number > ? AND state IN (${marks})
         ORDER BY number LIMIT ?`,
      )
      .all(batch, after, ...states, count);
    return (rows as Row[]).map(readPhoto);
  }

  photo(batch: BatchId, number: number): BatchPhoto | null {
    const [photo] = this.photos(batch, number - 1, 1);
    return photo?.number === number ? photo : null;
  }

  counts(batch: BatchId): BatchCounts {
    const counts = { waiting: 0, working: 0, done: 0, skipped: 0, failed: 0 };
    const rows = this.db
      .prepare('SELECT state, count(*) AS n FROM photos WHERE batch = ? GROUP BY state')
      .all(batch);
    for (const { state, n } of rows as { state: PhotoState; n: number }[]) counts[state] = n;
    return counts;
  }

  /** Estimates the rest in bytes: restored photos show how many megapixels a byte stands for. */
  progress(batch: BatchId): BatchProgress {
    const bytes = this.bytes(batch);
    const pace = this.pace(batch);
    const left = bytes.total - bytes.finished;
    return {
      counts: this.counts(batch),
      bytes: bytes.finished,
      totalBytes: bytes.total,
      megapixelsPerSecond: pace === null ? null : (1000 * pace.megapixels) / pace.ms,
      secondsLeft: pace === null || pace.bytes === 0 ? null : (left * pace.ms) / pace.bytes / 1000,
    };
  }

  /** Returns the engine's reports of restored photos. */
  reports(batch: BatchId): RestoreReport[] {
    const rows = this.db
      .prepare(
        `SELECT report FROM photos WHERE batch = ? AND state = 'done' AND report IS NOT NULL
         ORDER BY number`,
      )
      .all(batch);
    return (rows as { report: string }[]).map(({ report }) => readReport(report));
  }

  /** Returns the photo of each result of all batches, by the result's path. */
  results(): ReadonlyMap<string, string> {
    const rows = this.db
      .prepare("SELECT output, input FROM photos WHERE state = 'done' AND output IS NOT NULL")
      .all();
    return new Map(
      (rows as { output: string; input: string }[]).map(({ output, input }) => [output, input]),
    );
  }

  /** Returns the paths of finished and planned results of a batch. */
  outputs(batch: BatchId): string[] {
    const rows = this.db
      .prepare('SELECT DISTINCT output FROM photos WHERE batch = ? AND output IS NOT NULL')
      .all(batch);
    return (rows as { output: string }[]).map(({ output }) => output);
  }

  /** Returns whether another photo's result has, or will have, this path. */
  isTaken(batch: BatchId, path: string, number: number): boolean {
    const found = this.db
      .prepare('SELECT 1 FROM photos WHERE batch = ? AND output = ? AND number <> ? LIMIT 1')
      .get(batch, path, number);
    return found !== undefined;
  }

  /** Returns whether a real path is one of the batch's photos. */
  isInput(batch: BatchId, real: string): boolean {
    const found = this.db
      .prepare('SELECT 1 FROM photos WHERE batch = ? AND real = ? LIMIT 1')
      .get(batch, real);
    return found !== undefined;
  }

  /** Returns whether another running process owns the batch. */
  isElsewhere(batch: BatchId): boolean {
    const row = this.db.prepare('SELECT owner FROM batches WHERE id = ?').get(batch);
    const { owner } = row as { owner: number | null };
    return owner !== null && owner !== process.pid && isAlive(owner);
  }

  private bytes(batch: BatchId): { readonly finished: number; readonly total: number } {
    const row = this.db
      .prepare(
        `SELECT total(bytes) AS total, total(bytes) FILTER (WHERE state IN ${FINISHED}) AS finished
         FROM photos WHERE batch = ?`,
      )
      .get(batch) as { total: number; finished: number };
    return { finished: row.finished, total: row.total };
  }

  /** Returns `null` before the first photo is restored. */
  private pace(batch: BatchId): Pace | null {
    const row = this.db
      .prepare(
        `SELECT total(ms) AS ms, total(megapixels) AS megapixels, total(bytes) AS bytes FROM (
           SELECT ms, megapixels, bytes FROM photos
           WHERE batch = ? AND state = 'done' AND ms IS NOT NULL
           ORDER BY began DESC LIMIT ${PACE_PHOTOS})`,
      )
      .get(batch) as Pace;
    return row.ms > 0 && row.megapixels > 0 ? row : null;
  }
}

interface BatchRow {
  readonly id: number;
  readonly created: number;
  readonly settings: string;
}

/** Completes settings of older versions by their defaults. */
function readBatch({ id, created, settings }: BatchRow): Batch {
  return { id, created, settings: BatchSettings.parse(JSON.parse(settings)) };
}

function readPhoto(row: Row): BatchPhoto {
  const report = row.report === null ? null : readReport(row.report);
  return {
    number: row.number,
    input: row.input,
    within: row.within,
    bytes: row.bytes,
    state: row.state,
    output: row.output,
    because: row.because,
    error: row.error === null ? null : readError(row.error),
    warnings: report?.warnings ?? [],
    megapixels: row.megapixels,
    ms: row.ms,
  };
}

/** Reads a stored report; the warnings of earlier versions are sentences. */
function readReport(text: string): RestoreReport {
  const report = JSON.parse(text) as RestoreReport;
  return { ...report, warnings: report.warnings.map(storedWarning) };
}

/** Reads a stored error; earlier versions stored sentences instead of parameters. */
function readError(text: string): ErrorData {
  const stored = JSON.parse(text) as unknown;
  if (isErrorData(stored)) return stored;
  const { message = '' } = stored as { readonly message?: string };
  return { code: 'internal', params: { reason: 'unexpected', details: message } };
}
