/**
 * The journal of all batches: the state of each photo, on disk before every step, so that a batch
 * can be resumed after any interruption. Photos and results are usable without it.
 */
import type { BatchSettings, SkippedBecause } from '../../shared/contracts/batch.js';
import type { RestoreReport } from '../../shared/contracts/restore.js';
import { UnsmearError, type ErrorData } from '../../shared/core/errors.js';
import { isAlive } from '../storage/is-alive.js';
import { journalPath, openDatabase } from './database.js';
import { JournalReader, type BatchId } from './journal-reader.js';

/** A photo to be added. */
export interface NewPhoto {
  readonly input: string;
  /** Its real path. */
  readonly real: string;
  readonly within: string;
  readonly bytes: number;
  readonly modified: number;
}

export type Outcome =
  | {
      readonly state: 'done';
      readonly output: string;
      /** `null` if the result was finished just before a crash and found afterwards. */
      readonly report: RestoreReport | null;
      readonly megapixels: number | null;
    }
  | { readonly state: 'skipped'; readonly because: SkippedBecause; readonly output: string | null }
  | { readonly state: 'failed'; readonly error: ErrorData };

/** The photo to be restored next. */
export interface Turn extends NewPhoto {
  readonly number: number;
  /** Path that an interrupted run chose; `null` if none did. */
  readonly output: string | null;
  readonly began: number | null;
}

export class Journal extends JournalReader {
  /** Opens or creates the journal. Throws `journal-unusable`. */
  static open(path = journalPath()): Journal {
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

  /** Adds photos, except those that are in the batch unchanged. Returns how many were new. */
  add(batch: BatchId, photos: readonly NewPhoto[]): number {
    return this.db.transaction(() => this.insert(batch, photos)).immediate();
  }

  private insert(batch: BatchId, photos: readonly NewPhoto[]): number {
    const last = this.db.prepare('SELECT max(number) AS n FROM photos WHERE batch = ?').get(batch);
    const known = this.db.prepare(
      'SELECT 1 FROM photos WHERE batch = ? AND real = ? AND bytes = ? AND modified = ?',
    );
    const insert = this.db.prepare(
      `INSERT INTO photos (batch, number, input, real, within, bytes, modified)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
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

  remove(batch: BatchId): void {
    this.db.prepare('DELETE FROM batches WHERE id = ?').run(batch);
  }

  /** Removes finished batches except the newest `kept`. */
  prune(kept: number): void {
    const unfinished = new Set(this.unfinished().map(({ id }) => id));
    const finished = this.batches().filter(({ id }) => !unfinished.has(id));
    for (const { id } of finished.slice(kept)) this.remove(id);
  }

  /**
   * Makes this process the batch's only owner. Throws `batch-busy` while another process owns it.
   * `engine`: running engine process of a killed owner, which may still write; `null` without one.
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

  release(batch: BatchId): void {
    this.db.prepare('UPDATE batches SET owner = NULL, engine = NULL WHERE id = ?').run(batch);
  }

  /** Records the engine that writes the results, so that a later run can wait for its end. */
  engineIs(batch: BatchId, pid: number | null): void {
    this.db.prepare('UPDATE batches SET engine = ? WHERE id = ?').run(pid, batch);
  }

  /** Returns the next photo, interrupted ones first; `null` if none is left. */
  next(batch: BatchId): Turn | null {
    const find = this.db.prepare(
      `SELECT number, input, real, within, bytes, modified, output, began FROM photos
       WHERE batch = ? AND state = ? ORDER BY number LIMIT 1`,
    );
    return (find.get(batch, 'working') ?? find.get(batch, 'waiting') ?? null) as Turn | null;
  }

  /** Records the output's path before its first byte is written, so that a later run finds it. */
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
        `UPDATE photos SET state = ?, output = ?, because = ?, error = ?, report = ?,
           megapixels = ?, ms = ? WHERE batch = ? AND number = ?`,
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

  /** Queues failed photos again and returns their number. */
  retryFailed(batch: BatchId): number {
    return this.db
      .prepare(
        `UPDATE photos SET state = 'waiting', began = NULL, error = NULL
         WHERE batch = ? AND state = 'failed'`,
      )
      .run(batch).changes;
  }

  /** Removes photos, except the one being restored. Returns how many were removed. */
  removePhotos(batch: BatchId, numbers: readonly number[]): number {
    const remove = this.db.prepare(
      "DELETE FROM photos WHERE batch = ? AND number = ? AND state <> 'working'",
    );
    return this.db
      .transaction(() => numbers.reduce((n, number) => n + remove.run(batch, number).changes, 0))
      .immediate();
  }
}
