/** Restoration of one photo: the request, its options, and the report. */
import { z } from 'zod';
import { ProviderChoice, type ProviderId } from './providers.js';
import type { WarningData } from '../core/errors.js';

/** A hint: a box that gets more work, in pixels of the photo as displayed. */
export const RoiHint = z.object({
  x: z.number().min(0),
  y: z.number().min(0),
  w: z.number().positive(),
  h: z.number().positive(),
  strength: z.number().min(0).max(1).default(1),
});
export type RoiHint = z.infer<typeof RoiHint>;

/** Reason to repeat a tile; `unusable`: its output failed a guard. */
export type RetryReason = 'crash' | 'memory' | 'unusable' | 'failed';

export const OutputFormat = z.enum(['jpeg', 'png', 'tiff', 'webp', 'avif']);
export type OutputFormat = z.infer<typeof OutputFormat>;

/** Bits per sample; 16 only in PNG and TIFF. */
export const Depth = z.union([z.literal(8), z.literal(16)]);
export type Depth = z.infer<typeof Depth>;

export const MetadataPolicy = z.enum(['all', 'no-gps', 'none']);
export type MetadataPolicy = z.infer<typeof MetadataPolicy>;

/** Policy for an existing file. `skip` and `error` both reject with `output-exists`. */
export const OnExist = z.enum(['rename', 'skip', 'overwrite', 'error']);
export type OnExist = z.infer<typeof OnExist>;

export const RestoreOutput = z.object({
  path: z.string().min(1),
  /** `null` = by the path's extension, else the photo's own. */
  format: OutputFormat.nullable().default(null),
  /** `null` = the encoder's default, or the photo's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable().default(null),
  /** `null` = that of the photo if the format can hold it. */
  depth: Depth.nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
});
export type RestoreOutput = z.infer<typeof RestoreOutput>;

/**
 * Finest size at which the network works: the full size, half or a quarter of it; `auto` = as the
 * blur needs.
 */
export const WorkAt = z.enum(['auto', 'full', 'half', 'quarter']);
export type WorkAt = z.infer<typeof WorkAt>;

export const RestoreRequest = z.object({
  /** Path of the photo. */
  input: z.string().min(1),
  /** `null` = only stages and maps are written. */
  output: RestoreOutput.nullable().default(null),
  /** Folder of the plug-in. */
  plugin: z.string().min(1),
  provider: ProviderChoice.default('auto'),
  /** Path of a grey PNG of the photo's displayed size; white is restored. `null` = everywhere. */
  mask: z.string().min(1).nullable().default(null),
  rois: z.array(RoiHint).max(1000).default([]),
  strength: z.number().min(0).max(1).default(1),
  /** Side of the tiles in pixels; `auto` = chosen from the photo and the plug-in. */
  tile: z.union([z.literal('auto'), z.number().int().min(16).max(4096)]).default('auto'),
  workAt: WorkAt.default('auto'),
  /** Share of the removed grain that is put back: 0 = none, 1 = as much as the photo has. */
  grain: z.number().min(0).max(1).default(1),
  /** Folder of a plug-in that estimates the blur for one that does not; `null` = none. */
  guide: z.string().min(1).nullable().default(null),
  /** Factor on the network's sampling share, 1 = as trained. */
  budget: z.number().min(0).max(16).default(1),
  /** Whether to average over mirrored and turned copies of each tile: slower, slightly better. */
  selfEnsemble: z.boolean().default(false),
  /** Whether sharp tiles are left as they are; `false` = every tile runs every stage. */
  skip: z.boolean().default(true),
  /** Folder for `<name>.stage1.png` …; `null` = none are written. */
  stagesDir: z.string().min(1).nullable().default(null),
  /** Folder for `<name>.difficulty.png`, `.samples.png` …; `null` = none are written. */
  mapsDir: z.string().min(1).nullable().default(null),
  /** Threads of the network; `null` = all cores. */
  threads: z.number().int().min(1).max(256).nullable().default(null),
});
export type RestoreRequest = z.infer<typeof RestoreRequest>;
/** Request as a caller writes it: keys with a default may be left out. */
export type RestoreRequestInput = z.input<typeof RestoreRequest>;

/** A rectangle in pixels of the photo as displayed. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Reason to leave a tile unrestored. */
export type SkipReason = 'outside-mask' | 'sharp' | 'low-difficulty' | 'failed';

export interface StageTime {
  readonly label: string;
  readonly ms: number;
}

/** Blur of a photo, as a network with an extent output estimates it. */
export interface BlurSummary {
  /** Median length in pixels of the blur of the moved places; `null` = nothing has moved. */
  readonly extent: number | null;
  /** 95th percentile of these lengths; `null` = nothing has moved. */
  readonly longest: number | null;
  /** Share of the places that are moved, 0..1. */
  readonly moved: number;
  /** Share of the places that are out of focus, 0..1. */
  readonly defocused: number;
}

/** One entry of `outputs` in `unsmear deblur --json`. */
export interface RestoreReport {
  readonly input: string;
  /** Path of the written file; `null` if the request had no output. */
  readonly output: string | null;
  /** Id of the plug-in. */
  readonly model: string;
  readonly provider: ProviderId;
  readonly width: number;
  readonly height: number;
  readonly tiles: { readonly total: number; readonly processed: number; readonly skipped: number };
  readonly stages: readonly StageTime[];
  /** `null` if the network does not estimate it. */
  readonly blur: BlurSummary | null;
  /** Milliseconds for the whole photo, without `loadMs`. */
  readonly ms: number;
  /** Milliseconds inside `session.run`. */
  readonly inferenceMs: number;
  /** Milliseconds to load the network and check the provider; 0 if it was loaded already. */
  readonly loadMs: number;
  /** Largest resident size of the engine process in bytes. */
  readonly peakRssBytes: number;
  readonly warnings: readonly WarningData[];
}
