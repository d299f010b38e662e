/** Calls and events of batches: many photos, restored in the background and kept over restarts. */
import { z } from 'zod';
import {
  BatchOrder,
  BatchSettings,
  type BatchPhoto,
  type BatchProgress,
} from '../contracts/batch.js';
import type { ErrorData } from '../core/errors.js';
import { FileRef } from './ids.js';

/** Number of a batch in the journal. */
export const BatchId = z.number().int().positive();
export type BatchId = z.infer<typeof BatchId>;

/** Files and folders of a batch, and how photos are found in them. */
export const BatchInputs = z.object({
  inputs: z.array(FileRef).max(100_000),
  /** Searches subfolders too. */
  recursive: z.boolean(),
  order: BatchOrder,
  /** Folder of the results, which is not searched; `null` = none. */
  except: FileRef.nullable().default(null),
  masks: BatchSettings.shape.masks,
});
export type BatchInputs = z.infer<typeof BatchInputs>;

/** Settings of a new batch; the host resolves folder and plug-in to those of `BatchSettings`. */
export const BatchRequest = BatchSettings.omit({ folder: true, model: true }).extend({
  /** Folder of the results; `null` = each result beside its photo. */
  folder: FileRef.nullable(),
  /** Id of the plug-in; `null` = the default one. */
  plugin: z.string().max(64).nullable(),
});
export type BatchRequest = z.infer<typeof BatchRequest>;

/** Facts about a photo from which the naming template makes the name of its result. */
export interface ExamplePhoto {
  readonly name: string;
  /** Path from the searched folder to the photo's folder; '' = the searched folder itself. */
  readonly within: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  /** Bits per sample: 8 or 16. */
  readonly bits: number;
  /** Time of capture, else of the file's last change: local time, `2026-01-09T07:05:03`. */
  readonly taken: string;
}

export interface FoundPhotos {
  readonly count: number;
  /** Size of all files together. */
  readonly bytes: number;
  /** Inputs that could not be read. */
  readonly missing: readonly { readonly name: string; readonly error: ErrorData }[];
  /** First readable photo in the batch's order; `null` if the first photos are all unreadable. */
  readonly example: ExamplePhoto | null;
  /** Whether a photo has no folder for its result (an upload, the sample). */
  readonly homeless: boolean;
}

/**
 * `queued`: waits for another batch of this host. `paused`: by the user, or because the program
 * ended. `stopped`: `BatchRow.error` would fail every further photo. `elsewhere`: runs in another
 * program.
 */
export type BatchState = 'running' | 'queued' | 'paused' | 'stopped' | 'elsewhere' | 'finished';

export interface BatchRow {
  readonly batch: BatchId;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly state: BatchState;
  /** Reason of the state `stopped`. */
  readonly error: ErrorData | null;
  /** Folder of the results; `null` = beside the photos. `file` is `null` if it does not exist. */
  readonly folder: { readonly name: string; readonly file: FileRef | null } | null;
  /** Id of the plug-in. */
  readonly model: string;
  readonly progress: BatchProgress;
  /** Photo that is being restored, and the share of its tiles that are done, 0..1. */
  readonly current: { readonly name: string; readonly done: number } | null;
}

export function countPhotos({ progress: { counts } }: BatchRow): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Returns the number of photos that were restored, skipped or failed. */
export function countFinished({ progress: { counts } }: BatchRow): number {
  return counts.done + counts.skipped + counts.failed;
}

/**
 * Returns the share of a batch that is done, 0..1: by bytes, because the pixels of waiting photos
 * are unknown. The current photo counts by its tiles.
 */
export function shareDone(row: BatchRow): number {
  const { bytes: done, totalBytes } = row.progress;
  if (totalBytes === 0) return row.state === 'finished' ? 1 : 0;
  const average = totalBytes / countPhotos(row);
  return Math.min(1, (done + (row.current?.done ?? 0) * average) / totalBytes);
}

export interface BatchPhotoRow extends Omit<BatchPhoto, 'input' | 'output'> {
  readonly name: string;
  /** Reference to open the photo by; `null` if the file no longer exists. */
  readonly file: FileRef | null;
  /** Restored file; `null` until it is done, or if it no longer exists. */
  readonly result: { readonly name: string; readonly file: FileRef } | null;
}

/** Largest number of photos in one answer to `batchPhotos`. */
export const PHOTOS_AT_ONCE = 200;

const One = z.object({ batch: BatchId });

/** Input schemas by the name of the call. */
export const BATCH_CALLS = {
  /** Searches the inputs for photos without starting a batch. */
  findBatch: BatchInputs,
  /** Writes a batch to the journal and queues it. */
  startBatch: z.object({ photos: BatchInputs, settings: BatchRequest }),
  /** Lists all batches of the journal, newest first. */
  batches: z.object({}).strict(),
  /** Lists the photos after number `after` in one state; `only` `null` = in any state. */
  batchPhotos: z.object({
    batch: BatchId,
    after: z.number().int().min(0),
    only: z.enum(['waiting', 'done', 'skipped', 'failed']).nullable(),
  }),
  /** Cancels the current photo, which will start again; resolves when it has stopped. */
  pauseBatch: One,
  resumeBatch: One,
  /** Queues the failed photos again and resumes the batch. */
  retryBatch: One,
  /** Removes photos from the list, except the current one; does not touch their files. */
  removeBatchPhotos: z.object({ batch: BatchId, photos: z.array(z.number().int()).max(100_000) }),
  /** Stops a batch and removes it from the journal; keeps its results. */
  removeBatch: One,
  /** Writes the state of every photo to a CSV or JSON file for download. */
  batchReport: z.object({ batch: BatchId, format: z.enum(['csv', 'json']) }),
} as const;

export interface BatchCallResults {
  findBatch: FoundPhotos;
  startBatch: BatchRow;
  batches: readonly BatchRow[];
  batchPhotos: readonly BatchPhotoRow[];
  pauseBatch: BatchRow;
  resumeBatch: BatchRow;
  retryBatch: BatchRow;
  removeBatchPhotos: BatchRow;
  removeBatch: null;
  /** `download`: address from which the file can be fetched once. */
  batchReport: { readonly name: string; readonly download: string };
}

export type BatchEvent =
  /** A batch changed; `photo`: the photo that changed with it, `null` = none. */
  | { readonly type: 'batch'; readonly batch: BatchRow; readonly photo: BatchPhotoRow | null }
  | { readonly type: 'batch-removed'; readonly batch: BatchId };
