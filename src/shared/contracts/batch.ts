/** Batches: settings for all photos, state of each photo, progress. */
import { z } from 'zod';
import type { ErrorData, WarningData } from '../core/errors.js';
import { DEFAULT_TEMPLATE, templateProblems } from './naming-template.js';
import { Depth, MetadataPolicy, OnExist, OutputFormat, RestoreRequest } from './restore.js';

const { provider, strength, tile, workAt, budget, selfEnsemble, skip, threads, grain } =
  RestoreRequest.shape;

const Template = z.string().superRefine((template, context) => {
  for (const { message } of templateProblems(template)) {
    context.addIssue({ code: 'custom', message });
  }
});

/** Order in which the photos of a batch are restored; `given`: as the inputs were named. */
export const BatchOrder = z.enum(['given', 'name', 'oldest', 'newest', 'smallest', 'largest']);
export type BatchOrder = z.infer<typeof BatchOrder>;

/** Settings for every photo of a batch. They do not change while the batch exists. */
export const BatchSettings = z.object({
  /** Folder of the results; `null` = each result beside its photo. */
  folder: z.string().min(1).nullable().default(null),
  /** Whether results are written to the same subfolders of `folder` as their photos. */
  keepFolders: z.boolean().default(true),
  /** Naming template of the results (naming-template.ts). */
  template: Template.default(DEFAULT_TEMPLATE),
  /** `null` = the photo's own. */
  format: OutputFormat.nullable().default(null),
  /** `null` = the encoder's default, or the photo's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable().default(null),
  /** Bits per sample; `null` = those of the photo if the format can hold them. */
  depth: Depth.nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
  /** Id of the plug-in. */
  model: z.string().min(1),
  provider,
  strength,
  tile,
  workAt,
  budget,
  grain,
  selfEnsemble,
  skip,
  threads,
  /** Naming template of masks beside their photos; `null` = no masks. No file = whole photo. */
  masks: Template.nullable().default('{stem}.mask.png'),
  /** Whether sidecars give hints, and regions for photos without a mask. */
  sidecars: z.boolean().default(true),
  /** Blur score below which photos are skipped; `null` = none is skipped. */
  onlyBlurred: z.number().min(0).max(1).nullable().default(null),
});
export type BatchSettings = z.infer<typeof BatchSettings>;
export type BatchSettingsInput = z.input<typeof BatchSettings>;

/**
 * States of a photo in the journal. `working` remains after a crash, with or without a result file.
 * `skipped` photos were left unrestored on purpose (`SkippedBecause`).
 */
export const PHOTO_STATES = ['waiting', 'working', 'done', 'skipped', 'failed'] as const;
export type PhotoState = (typeof PHOTO_STATES)[number];

/** Reason to skip a photo: its result exists, or its blur score is below `onlyBlurred`. */
export type SkippedBecause = 'exists' | 'sharp';

export interface BatchPhoto {
  /** Position in the batch, from 1; does not change when other photos are removed. */
  readonly number: number;
  /** Path of the photo. */
  readonly input: string;
  /** Path from the searched folder to the photo's folder; '' = the searched folder itself. */
  readonly within: string;
  readonly bytes: number;
  readonly state: PhotoState;
  /** Path of the result, finished or planned; `null` until it is known. */
  readonly output: string | null;
  readonly because: SkippedBecause | null;
  readonly error: ErrorData | null;
  readonly warnings: readonly WarningData[];
  readonly megapixels: number | null;
  /** Milliseconds for the whole photo; `null` until it is restored. */
  readonly ms: number | null;
}

export type BatchCounts = Readonly<Record<PhotoState, number>>;

export interface BatchProgress {
  readonly counts: BatchCounts;
  /** Bytes of the photos that were restored, skipped or failed. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Mean of the last restored photos; `null` before the first. */
  readonly megapixelsPerSecond: number | null;
  /** `null` before the first photo is restored. */
  readonly secondsLeft: number | null;
}
