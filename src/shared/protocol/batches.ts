/** What the editor asks of its host about batches: many photos at once, remembered over restarts. */
import { z } from 'zod';
import {
  BatchOrder,
  BatchSettings,
  type BatchPhoto,
  type BatchProgress,
} from '../contracts/batch.js';
import type { ErrorData } from '../core/errors.js';
import { FileRef } from './ids.js';

/** A batch's number in the journal. */
export const BatchId = z.number().int().positive();
export type BatchId = z.infer<typeof BatchId>;

/** Which photos: files and folders that the host has shown. */
export const BatchInputs = z.object({
  inputs: z.array(FileRef).max(100_000),
  /** Also the folders inside folders. */
  recursive: z.boolean(),
  order: BatchOrder,
  /** Results go there: what lies in it is no photo of the batch. */
  except: FileRef.nullable().default(null),
  masks: BatchSettings.shape.masks,
});
export type BatchInputs = z.infer<typeof BatchInputs>;

/** As the journal keeps it, but for what an editor knows by other names. */
export const BatchRequest = BatchSettings.omit({ folder: true, model: true }).extend({
  /** Where results go; null: each beside its photo. */
  folder: FileRef.nullable(),
  /** null: the default plug-in. */
  plugin: z.string().max(64).nullable(),
});
export type BatchRequest = z.infer<typeof BatchRequest>;

/** A photo as its name is made from it. */
export interface ExamplePhoto {
  readonly name: string;
  /** Subfolder of what was given, '' at its top. */
  readonly within: string;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly bits: number;
  /** When it was taken, else when its file was last changed: local time, `2026-01-09T07:05:03`. */
  readonly taken: string;
}

export interface FoundPhotos {
  readonly count: number;
  readonly bytes: number;
  /** What was named and is not there. */
  readonly missing: readonly { readonly name: string; readonly error: ErrorData }[];
  /** The first of them that can be read, in the batch's order; null: none can. */
  readonly example: ExamplePhoto | null;
  /** One of them has no folder of its own: results cannot lie beside it. */
  readonly homeless: boolean;
}

/**
 * `queued` waits for another batch of this host. `paused` waits for its user, also after whatever ended the program; `stopped` does
 * because of `BatchRow.error`, which every further photo would have met. `elsewhere`: another program works on it.
 */
export type BatchState = 'running' | 'queued' | 'paused' | 'stopped' | 'elsewhere' | 'finished';

export interface BatchRow {
  readonly batch: BatchId;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly state: BatchState;
  readonly error: ErrorData | null;
  /** Name of the folder that results go to, and what it is shown by; null: beside the photos. */
  readonly folder: { readonly name: string; readonly file: FileRef | null } | null;
  /** The plug-in's id. */
  readonly model: string;
  readonly progress: BatchProgress;
  /** The photo that is being restored. */
  readonly current: { readonly name: string; readonly done: number } | null;
}

export function countPhotos({ progress: { counts } }: BatchRow): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

export function countFinished({ progress: { counts } }: BatchRow): number {
  return counts.done + counts.skipped + counts.failed;
}

/** By bytes, which are known of all photos; the one at work counts by its tiles. */
export function shareDone(row: BatchRow): number {
  const { bytes: done, totalBytes } = row.progress;
  if (totalBytes === 0) return row.state === 'finished' ? 1 : 0;
  const average = totalBytes / countPhotos(row);
  return Math.min(1, (done + (row.current?.done ?? 0) * average) / totalBytes);
}

export interface BatchPhotoRow extends Omit<BatchPhoto, 'input' | 'output'> {
  readonly name: string;
  /** For opening it in the editor; null: it is not there any more. */
  readonly file: FileRef | null;
  readonly result: { readonly name: string; readonly file: FileRef } | null;
}

export const PHOTOS_AT_ONCE = 200;

const One = z.object({ batch: BatchId });

/** Input schemas by the name of the call. */
export const BATCH_CALLS = {
  /** Looks what is there; nothing is begun. */
  findBatch: BatchInputs,
  /** Remembers the batch and begins with it, after those that were begun before. */
  startBatch: z.object({ photos: BatchInputs, settings: BatchRequest }),
  /** All that are remembered, newest first. */
  batches: z.object({}).strict(),
  /** Photos of a batch in its order, those of higher numbers than `after`. `only`: those in this state. */
  batchPhotos: z.object({
    batch: BatchId,
    after: z.number().int().min(0),
    only: z.enum(['waiting', 'done', 'skipped', 'failed']).nullable(),
  }),
  /** The photo that is at work is put back; answers when it is. */
  pauseBatch: One,
  resumeBatch: One,
  /** What failed waits again, and the batch goes on. */
  retryBatch: One,
  /** Takes photos out that are not at work; their files stay as they are. */
  removeBatchPhotos: z.object({ batch: BatchId, photos: z.array(z.number().int()).max(100_000) }),
  /** Ends the batch and forgets it. Results that are there stay. */
  removeBatch: One,
  /** A table (CSV) or document (JSON) of what became of each photo. */
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
  /** Where it is fetched, once. */
  batchReport: { readonly name: string; readonly download: string };
}

export type BatchEvent =
  /** A batch, and where it is given a photo of it, as it is now. */
  | { readonly type: 'batch'; readonly batch: BatchRow; readonly photo: BatchPhotoRow | null }
  /** It was removed. */
  | { readonly type: 'batch-removed'; readonly batch: BatchId };
