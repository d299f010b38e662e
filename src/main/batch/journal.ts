/**
 * What is known of every batch and each of its photos, on disk at all times: a program that is killed at any moment goes on from
 * here. Nothing in it is needed to use a photo or a result.
 */
import { isErrorData, UnsmearError, type ErrorData } from '../../shared/core/errors.js';
import {
  BatchSettings,
  PHOTO_STATES,
  type BatchCounts,
  type BatchPhoto,
  type PhotoState,
  type SkippedBecause,
} from '../../shared/contracts/batch.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import { isAlive } from '../storage/is-alive.js';
import { openDatabase, type Connection } from './database.js';

export type BatchId = number;

/** A photo that is to be added. */
export interface NewPhoto {
  readonly input: string;
  /** Its real path. */
  readonly real: string;
  readonly within: string;
  readonly bytes: number;
  readonly modified: number;
}

export interface Batch {
  readonly id: BatchId;
  readonly created: number;
  readonly settings: BatchSettings;
}

export type Outcome =
  | {
      readonly state: 'done';
      readonly output: string;
      /** null: found whole after a crash that came before it could be noted. */
      readonly report: RestoreReport | null;
      readonly megapixels: number | null;
    }
  | { readonly state: 'skipped'; readonly because: SkippedBecause; readonly output: string | null }
  | { readonly state: 'failed'; readonly error: ErrorData };

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

/** The photo whose turn it is. */
export interface Turn extends NewPhoto {
  readonly number: number;
  /** Set when a run before this one was interrupted after it had settled on the name. */
  readonly output: string | null;
  readonly began: number | null;
}

export interface Pace {
  /** Milliseconds, megapixels and bytes of the photos that were restored last. */
  readonly ms: number;
  readonly megapixels: number;
  readonly bytes: number;
}

const PACE_PHOTOS = 20;
const FINISHED = "('done', 'skipped', 'failed')";

export class Journal {
  private constructor(private readonly db: Connection) {}

  /** Throws `journal-unusable`. */
  static open(path: string): Journal {
    return new Journal(openDatabase(path));
  }

  close(): void {
    this.db.close();
  }

  create(settings: BatchSettings, photos: readonly NewPhoto[], created = Date.now()): BatchId {
    return this.db
      .transaction(() => {
        const made = this.db
          .prepare('INSERT INTO batches (created, settings) VALUES (?, ?)')
          .run(created, JSON.stringify(settings));
        const id = Number(made.lastInsertRowid);
        this.insert(id, photos);
        return id;
      })
      .immediate();
  }

  /** Photos that arrived later. One that is in the batch already, unchanged since, is left out. Returns how many were new. */
  add(batch: BatchId, photos: readonly NewPhoto[]): number {
    return this.db.transaction(() => this.insert(batch, photos)).immediate();
  }

  private insert(batch: BatchId, photos: readonly NewPhoto[]): number {
    const last = this.db.prepare('SELECT max(number) AS n FROM photos WHERE batch = ?').get(batch);
    const known = this.db.prepare(
      'SELECT 1 FROM photos WHERE batch = ? AND real = ? AND bytes = ? AND modified = ?',
    );
    const insert = this.db.prepare(
      'INSERT INTO photos (batch, number, input, real, within, bytes, modified) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    const first = ((last as { n: number | null }).n ?? 0) + 1;
    let count = 0;
    for (const { input, real, within, bytes, modified } of photos) {
      if (known.get(batch, real, bytes, modified) !== undefined) continue;
      insert.run(batch, first + count, input, real, within, bytes, modified);
      count++;
    }
    return count;
  }

  /** Throws `batch-missing` for one that is not there. */
  batch(id: BatchId): Batch {
    const row = this.db.prepare('SELECT id, created, settings FROM batches WHERE id = ?').get(id);
    if (row === undefined) throw new UnsmearError('batch-missing', { batch: id });
    return readBatch(row as BatchRow);
  }

  /** Newest first. */
  batches(): Batch[] {
    const rows = this.db
      .prepare('SELECT id, created, settings FROM batches ORDER BY id DESC')
      .all();
    return (rows as BatchRow[]).map(readBatch);
  }

  /** Those with photos that are not finished, newest first. */
  unfinished(): Batch[] {
    const rows = this.db
      .prepare(
        `SELECT id, created, settings FROM batches WHERE EXISTS (
           SELECT 1 FROM photos WHERE batch = id AND state NOT IN ${FINISHED}) ORDER BY id DESC`,
      )
      .all();
    return (rows as BatchRow[]).map(readBatch);
  }

  remove(batch: BatchId): void {
    this.db.prepare('DELETE FROM batches WHERE id = ?').run(batch);
  }

  /** Forgets finished batches but the newest `kept`. */
  prune(kept: number): void {
    const unfinished = new Set(this.unfinished().map(({ id }) => id));
    const finished = this.batches().filter(({ id }) => !unfinished.has(id));
    for (const { id } of finished.slice(kept)) this.remove(id);
  }

  /**
   * Makes this process the only one that works on a batch. Throws `batch-busy` while another one does. `engine`: the process
   * that a killed owner left behind and that may still be writing, null: there is none.
   */
  claim(batch: BatchId, owner = process.pid): { readonly engine: number | null } {
    return this.db
      .transaction(() => {
        const row = this.db.prepare('SELECT owner, engine FROM batches WHERE id = ?').get(batch);
        const { owner: other, engine } = row as { owner: number | null; engine: number | null };
        if (other !== null && other !== owner && isAlive(other)) {
          throw new UnsmearError('batch-busy', { reason: 'process', process: other });
        }
        this.db
          .prepare('UPDATE batches SET owner = ?, engine = NULL WHERE id = ?')
          .run(owner, batch);
        return { engine: engine !== null && isAlive(engine) ? engine : null };
      })
      .immediate();
  }

  /** Whether another process that runs works on it. */
  isElsewhere(batch: BatchId): boolean {
    const row = this.db.prepare('SELECT owner FROM batches WHERE id = ?').get(batch);
    const { owner } = row as { owner: number | null };
    return owner !== null && owner !== process.pid && isAlive(owner);
  }

  release(batch: BatchId): void {
    this.db.prepare('UPDATE batches SET owner = NULL, engine = NULL WHERE id = ?').run(batch);
  }

  /** The engine that writes this batch's results, so that a later run can wait for its end. */
  engineIs(batch: BatchId, pid: number | null): void {
    this.db.prepare('UPDATE batches SET engine = ? WHERE id = ?').run(pid, batch);
  }

  /** What was interrupted comes first. */
  next(batch: BatchId): Turn | null {
    const find = this.db.prepare(
      `SELECT number, input, real, within, bytes, modified, output, began FROM photos
       WHERE batch = ? AND state = ? ORDER BY number LIMIT 1`,
    );
    return (find.get(batch, 'working') ?? find.get(batch, 'waiting') ?? null) as Turn | null;
  }

  /** The name is settled before the first byte is written: whatever happens, it is known where to look. */
  begin(batch: BatchId, number: number, output: string, began = Date.now()): void {
    this.db
      .prepare(
        "UPDATE photos SET state = 'working', output = ?, began = ? WHERE batch = ? AND number = ?",
      )
      .run(output, began, batch, number);
  }

  finish(batch: BatchId, number: number, outcome: Outcome): void {
    const report = outcome.state === 'done' ? outcome.report : null;
    this.db
      .prepare(
        `UPDATE photos SET state = ?, output = ?, because = ?, error = ?, report = ?, megapixels = ?, ms = ?
         WHERE batch = ? AND number = ?`,
      )
      .run(
        outcome.state,
        outcome.state === 'failed' ? null : outcome.output,
        outcome.state === 'skipped' ? outcome.because : null,
        outcome.state === 'failed' ? JSON.stringify(outcome.error) : null,
        report === null ? null : JSON.stringify(report),
        outcome.state === 'done' ? outcome.megapixels : null,
        report?.ms ?? null,
        batch,
        number,
      );
  }

  /** Returns how many will be tried again. */
  retryFailed(batch: BatchId): number {
    return this.db
      .prepare(
        "UPDATE photos SET state = 'waiting', began = NULL, error = NULL WHERE batch = ? AND state = 'failed'",
      )
      .run(batch).changes;
  }

  /** Takes photos out of the batch that are not being worked on. */
  removePhotos(batch: BatchId, numbers: readonly number[]): number {
    const remove = this.db.prepare(
      "DELETE FROM photos WHERE batch = ? AND number = ? AND state <> 'working'",
    );
    return this.db
      .transaction(() => numbers.reduce((n, number) => n + remove.run(batch, number).changes, 0))
      .immediate();
  }

  /** Whether another photo's result is, or is going to be, at `path`. */
  isTaken(batch: BatchId, path: string, number: number): boolean {
    const found = this.db
      .prepare('SELECT 1 FROM photos WHERE batch = ? AND output = ? AND number <> ? LIMIT 1')
      .get(batch, path, number);
    return found !== undefined;
  }

  /** Whether a real path is one of the photos themselves. */
  isInput(batch: BatchId, real: string): boolean {
    const found = this.db
      .prepare('SELECT 1 FROM photos WHERE batch = ? AND real = ? LIMIT 1')
      .get(batch, real);
    return found !== undefined;
  }

  /** Those of higher numbers than `after`; `states`: that are in one of these. */
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

  /** What restoring each photo was told to have taken, for the report. */
  reports(batch: BatchId): RestoreReport[] {
    const rows = this.db
      .prepare(
        "SELECT report FROM photos WHERE batch = ? AND state = 'done' AND report IS NOT NULL ORDER BY number",
      )
      .all(batch);
    return (rows as { report: string }[]).map(({ report }) => JSON.parse(report) as RestoreReport);
  }

  counts(batch: BatchId): BatchCounts {
    const counts = { waiting: 0, working: 0, done: 0, skipped: 0, failed: 0 };
    const rows = this.db
      .prepare('SELECT state, count(*) AS n FROM photos WHERE batch = ? GROUP BY state')
      .all(batch);
    for (const { state, n } of rows as { state: PhotoState; n: number }[]) counts[state] = n;
    return counts;
  }

  bytes(batch: BatchId): { readonly finished: number; readonly total: number } {
    const row = this.db
      .prepare(
        `SELECT total(bytes) AS total, total(bytes) FILTER (WHERE state IN ${FINISHED}) AS finished
         FROM photos WHERE batch = ?`,
      )
      .get(batch) as { total: number; finished: number };
    return { finished: row.finished, total: row.total };
  }

  /** null before the first photo is restored. */
  pace(batch: BatchId): Pace | null {
    const row = this.db
      .prepare(
        `SELECT total(ms) AS ms, total(megapixels) AS megapixels, total(bytes) AS bytes FROM (
           SELECT ms, megapixels, bytes FROM photos
           WHERE batch = ? AND state = 'done' AND ms IS NOT NULL ORDER BY began DESC LIMIT ${PACE_PHOTOS})`,
      )
      .get(batch) as Pace;
    return row.ms > 0 && row.megapixels > 0 ? row : null;
  }

  /** Where the results of all batches are, each with its photo. */
  results(): ReadonlyMap<string, string> {
    const rows = this.db
      .prepare("SELECT output, input FROM photos WHERE state = 'done' AND output IS NOT NULL")
      .all();
    return new Map(
      (rows as { output: string; input: string }[]).map(({ output, input }) => [output, input]),
    );
  }

  /** Folders that results of this batch were, or were going to be, written to. */
  outputs(batch: BatchId): string[] {
    const rows = this.db
      .prepare('SELECT DISTINCT output FROM photos WHERE batch = ? AND output IS NOT NULL')
      .all(batch);
    return (rows as { output: string }[]).map(({ output }) => output);
  }
}

interface BatchRow {
  readonly id: number;
  readonly created: number;
  readonly settings: string;
}

/** Settings that an older version wrote get the defaults of what it did not know. */
function readBatch({ id, created, settings }: BatchRow): Batch {
  return { id, created, settings: BatchSettings.parse(JSON.parse(settings)) };
}

function readPhoto(row: Row): BatchPhoto {
  const report = row.report === null ? null : (JSON.parse(row.report) as RestoreReport);
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

/** Reads a stored error; those of earlier versions are sentences, not parameters. */
function readError(text: string): ErrorData {
  const stored = JSON.parse(text) as unknown;
  if (isErrorData(stored)) return stored;
  const { message = '' } = stored as { readonly message?: string };
  return { code: 'internal', params: { reason: 'unexpected', details: message } };
}
