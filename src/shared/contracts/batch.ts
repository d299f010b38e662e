/** Restoring many photos: what is asked of a batch, what becomes of each photo, what is told on the way. */
import { z } from 'zod';
import type { ErrorData, WarningData } from '../core/errors.js';
import { DEFAULT_TEMPLATE, templateProblems } from './naming-template.js';
import { Depth, MetadataPolicy, OnExist, OutputFormat, RestoreRequest } from './restore.js';

const { provider, strength, tile, budget, selfEnsemble, skip, threads } = RestoreRequest.shape;

const Template = z.string().superRefine((template, context) => {
  for (const { message } of templateProblems(template)) {
    context.addIssue({ code: 'custom', message });
  }
});

/** In which order photos are restored. */
export const BatchOrder = z.enum(['given', 'name', 'oldest', 'newest', 'smallest', 'largest']);
export type BatchOrder = z.infer<typeof BatchOrder>;

/** What holds for every photo of a batch; it does not change while the batch exists. */
export const BatchSettings = z.object({
  /** null: each result beside its photo. */
  folder: z.string().min(1).nullable().default(null),
  /** Results lie in the same subfolders of `folder` as the photos in what was given. */
  keepFolders: z.boolean().default(true),
  template: Template.default(DEFAULT_TEMPLATE),
  /** null: as the photo. */
  format: OutputFormat.nullable().default(null),
  quality: z.number().int().min(1).max(100).nullable().default(null),
  /** null: as the photo has, where the format can hold it. */
  depth: Depth.nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
  /** The plug-in's id. */
  model: z.string().min(1),
  provider,
  strength,
  tile,
  budget,
  selfEnsemble,
  skip,
  threads,
  /** Name of a photo's mask in the photo's folder, `{stem}.mask.png`; photos without one are restored everywhere. null: no masks. */
  masks: Template.nullable().default('{stem}.mask.png'),
  /** Hints, and where there is no mask regions, come from `<photo>.unsmear.json`. */
  sidecars: z.boolean().default(true),
  /** Photos with a lower blur score are left alone; null: all are restored. */
  onlyBlurred: z.number().min(0).max(1).nullable().default(null),
});
export type BatchSettings = z.infer<typeof BatchSettings>;
export type BatchSettingsInput = z.input<typeof BatchSettings>;

/**
 * `working` is what a killed program leaves: its output may be there or not. Everything else is told by the journal alone.
 * `skipped` was looked at and left alone, on purpose.
 */
export const PHOTO_STATES = ['waiting', 'working', 'done', 'skipped', 'failed'] as const;
export type PhotoState = (typeof PHOTO_STATES)[number];

/** Why a photo was left alone: its result exists already, or only blurred ones were wanted and it is not. */
export type SkippedBecause = 'exists' | 'sharp';

export interface BatchPhoto {
  /** From 1, in the batch's order; stays when others are removed. */
  readonly number: number;
  readonly input: string;
  /** Subfolder of what was given, '' at its top. */
  readonly within: string;
  readonly bytes: number;
  readonly state: PhotoState;
  /** Where the result is, or is going to be. */
  readonly output: string | null;
  readonly because: SkippedBecause | null;
  readonly error: ErrorData | null;
  readonly warnings: readonly WarningData[];
  readonly megapixels: number | null;
  /** Time that restoring it took. */
  readonly ms: number | null;
}

export type BatchCounts = Readonly<Record<PhotoState, number>>;

export interface BatchProgress {
  readonly counts: BatchCounts;
  /** Bytes of photos that are finished, one way or another, and of all. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** Of photos that were restored lately; null before the first. */
  readonly megapixelsPerSecond: number | null;
  /** null before the first photo is restored. */
  readonly secondsLeft: number | null;
}
