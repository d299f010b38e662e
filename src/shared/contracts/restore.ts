/** Restoring one photo: what is asked, what is told on the way, what is reported. */
import { z } from 'zod';
import { ProviderChoice, type ProviderId } from './providers.js';
import type { WarningData } from '../core/errors.js';

/** A hint "more of the work goes here": pixels of the photo as displayed. */
export const RoiHint = z.object({
  x: z.number().min(0),
  y: z.number().min(0),
  w: z.number().positive(),
  h: z.number().positive(),
  strength: z.number().min(0).max(1).default(1),
});
export type RoiHint = z.infer<typeof RoiHint>;

/** Why work is repeated; `unusable`: what a network gave cannot be right. */
export type RetryReason = 'crash' | 'memory' | 'unusable' | 'failed';

export const OutputFormat = z.enum(['jpeg', 'png', 'tiff', 'webp', 'avif']);
export type OutputFormat = z.infer<typeof OutputFormat>;

/** Bits per sample. Only formats that can hold 16 take them: PNG and TIFF. */
export const Depth = z.union([z.literal(8), z.literal(16)]);
export type Depth = z.infer<typeof Depth>;

export const MetadataPolicy = z.enum(['all', 'no-gps', 'none']);
export type MetadataPolicy = z.infer<typeof MetadataPolicy>;

/** `skip` and `error` both reject with `output-exists`; the caller decides what that means. */
export const OnExist = z.enum(['rename', 'skip', 'overwrite', 'error']);
export type OnExist = z.infer<typeof OnExist>;

export const RestoreOutput = z.object({
  path: z.string().min(1),
  /** null: by the path's extension, else as the input. */
  format: OutputFormat.nullable().default(null),
  /** null: the encoder's default, or the input's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable().default(null),
  /** null: as the photo has, where the format can hold it. */
  depth: Depth.nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
});
export type RestoreOutput = z.infer<typeof RestoreOutput>;

export const RestoreRequest = z.object({
  input: z.string().min(1),
  /** `null` = only stages and maps are written. */
  output: RestoreOutput.nullable().default(null),
  /** Folder with plugin.json. */
  plugin: z.string().min(1),
  provider: ProviderChoice.default('auto'),
  /** Grey PNG, size of the photo as displayed; white is restored. */
  mask: z.string().min(1).nullable().default(null),
  rois: z.array(RoiHint).max(1000).default([]),
  strength: z.number().min(0).max(1).default(1),
  /** Side of a tile in pixels, or chosen from the photo and the plug-in. */
  tile: z.union([z.literal('auto'), z.number().int().min(16).max(4096)]).default('auto'),
  /** Factor on the network's sampling share, 1 = as trained. */
  budget: z.number().min(0).max(16).default(1),
  /** Average over mirrored and turned copies of each tile: slower, slightly better. */
  selfEnsemble: z.boolean().default(false),
  /** false: every tile and every stage runs. */
  skip: z.boolean().default(true),
  /** Writes `<name>.stage1.png` … here. */
  stagesDir: z.string().min(1).nullable().default(null),
  /** Writes `<name>.difficulty.png`, `.samples.png`, `.attention.png`, `.offsets.png` here. */
  mapsDir: z.string().min(1).nullable().default(null),
  /** Threads of the network; null: all cores. */
  threads: z.number().int().min(1).max(256).nullable().default(null),
});
export type RestoreRequest = z.infer<typeof RestoreRequest>;
/** What a caller has to write: defaults may be left out. */
export type RestoreRequestInput = z.input<typeof RestoreRequest>;

/** Pixels of the photo as displayed. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Why a tile was left as it was. */
export type SkipReason = 'outside-mask' | 'sharp' | 'low-difficulty' | 'failed';

export interface StageTime {
  readonly label: string;
  readonly ms: number;
}

/** One entry of `outputs` in `unsmear deblur --json`. */
export interface RestoreReport {
  readonly input: string;
  /** The file that was written, null when none was asked for. */
  readonly output: string | null;
  /** The plug-in's id. */
  readonly model: string;
  readonly provider: ProviderId;
  readonly width: number;
  readonly height: number;
  readonly tiles: { readonly total: number; readonly processed: number; readonly skipped: number };
  readonly stages: readonly StageTime[];
  /** The photo's whole time with warm sessions, milliseconds. */
  readonly ms: number;
  /** Time inside `session.run`, milliseconds. */
  readonly inferenceMs: number;
  /** Making sessions and proving the provider, milliseconds; 0 when warm. */
  readonly loadMs: number;
  /** Largest resident size of the engine process, bytes. */
  readonly peakRssBytes: number;
  readonly warnings: readonly WarningData[];
}
