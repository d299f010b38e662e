/**
 * `plugin.json`, the description of a restoration network. The engine takes tensor names, strides
 * and tile limits from it and knows no network by name.
 */
import { z } from 'zod';
import { BlurScoreWeights } from './blur-score.js';

export type PluginId = string & { readonly __brand: 'PluginId' };

/** Path of a file inside the plug-in's folder: relative, with forward slashes, without `..`. */
const InnerPath = z
  .string()
  .min(1)
  .max(200)
  .refine(
    (path) =>
      !/^([a-zA-Z]:|[\\/])/.test(path) &&
      !path.includes('\\') &&
      !path.includes('\0') &&
      path.split('/').every((part) => part !== '..' && part !== '.' && part !== ''),
    'must be a relative path inside the plug-in folder',
  );

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

const TensorName = z.string().min(1).max(200);

const Tile = z
  .object({
    /** Divisor of the input's height and width. */
    multipleOf: z.number().int().min(1).max(512).default(16),
    /** Smallest and largest side of the input in pixels. */
    min: z.number().int().min(8).max(4096).default(128),
    max: z.number().int().min(8).max(4096).default(1024),
    /** Side in pixels at which the network was measured; the engine aims for tiles of this area. */
    preferred: z.number().int().min(8).max(4096).default(512),
    /**
     * Pixels that neighbouring tiles share, about twice the radius of the effective receptive
     * field. The outer half is discarded, the inner half is blended.
     */
    overlap: z.number().int().min(0).max(1024).default(64),
    /** Whether the graph accepts only tiles of preferred × preferred. */
    fixed: z.boolean().default(false),
  })
  .refine((tile) => tile.min <= tile.preferred && tile.preferred <= tile.max, {
    message: 'must satisfy min <= preferred <= max',
  })
  .refine((tile) => tile.overlap * 2 <= tile.preferred, {
    message: 'overlap must be at most half of the preferred side',
  })
  .refine((tile) => tile.preferred % tile.multipleOf === 0, {
    message: 'preferred must be a multiple of multipleOf',
  });

/** Names of the graph's outputs that hold maps; float32 except `indices`. */
const StageMaps = z
  .object({
    /** [1,1,h,w]: 1 at sampled positions, else 0. */
    samples: TensorName.optional(),
    /** [1,1,h,w]: non-negative, on any scale. */
    attention: TensorName.optional(),
    /** [1,2,h,w]: displacement dx, dy in pixels of the input. */
    offsets: TensorName.optional(),
    /** int64 [1,L]: positions chosen by top-k, for tests that feed them back. */
    indices: TensorName.optional(),
  })
  .default({});

const Stage = z.object({
  file: InnerPath,
  sha256: Sha256.optional(),
  label: z.string().min(1).max(80),
  /** State tensors of earlier stages; each has the same name as output and as input. */
  inputs: z.array(TensorName).max(32).default([]),
  outputs: z
    .object({
      /** [1,3,H,W] in the image's range; absent = the graph's only output. */
      restored: TensorName.optional(),
      /** [1,1,H/r,W/r]: expected remaining absolute error, in units of the image's range. */
      difficulty: TensorName.optional(),
      state: z.array(TensorName).max(32).default([]),
      /** [1,3,H/8,W/8]: covariance of the motion's path (cxx, cxy, cyy) in px² of the input. */
      extent: TensorName.optional(),
      /** [1,3,H/8,W/8]: probabilities of no blur, motion and defocus. */
      kind: TensorName.optional(),
    })
    .default({ state: [] }),
  maps: StageMaps,
});

/** A recurrent step that is run at every octave of a photo, from the coarsest to the finest. */
const Pyramid = z.object({
  file: InnerPath,
  sha256: Sha256.optional(),
  inputs: z.object({ image: TensorName, guess: TensorName }),
  outputs: z.object({
    restored: TensorName,
    difficulty: TensorName.optional(),
    extent: TensorName.optional(),
    kind: TensorName.optional(),
  }),
  maps: StageMaps,
  maxOctaves: z.number().int().min(1).max(16).default(7),
});

/** Format of the network's input and output. */
const ImageFormat = z
  .object({
    /** Values of black and white: (0,1), (0,255) or (-1,1). */
    range: z.tuple([z.number(), z.number()]).default([0, 1]),
    channels: z.enum(['rgb', 'bgr']).default('rgb'),
    transfer: z.enum(['srgb', 'linear']).default('srgb'),
  })
  .refine((image) => image.range[0] < image.range[1], { message: 'range must grow' });

/** Thresholds below which a tile needs no further work, as shares of the image's range. */
const Skip = z.object({
  /** Difficulty after stage 1 below which a tile that changed little stays as it was. */
  difficulty: z.number().min(0).max(1).default(0.004),
  /** Largest mean absolute change by stage 1 that counts as little. */
  change: z.number().min(0).max(1).default(0.004),
  /** Difficulty after a stage below which the later stages are skipped. */
  stage: z.number().min(0).max(1).default(0.004),
  /** Percentile of the tile's difficulty map that is compared with the thresholds. */
  percentile: z.number().min(0).max(100).default(95),
});

const FullManifest = z
  .object({
    manifestVersion: z.literal(1),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower-case letters, digits, . _ -')
      .transform((id) => id as PluginId),
    /** Whether it is used if the user chooses none; built-in plug-ins take precedence. */
    default: z.boolean().default(false),
    name: z.string().min(1).max(80),
    version: z.string().min(1).max(40),
    license: z.string().max(200).default('unknown'),
    citation: z.string().max(2000).default(''),
    description: z.string().max(2000).default(''),
    task: z.literal('motion-deblur').default('motion-deblur'),
    parameters: z.number().int().nonnegative().nullable().default(null),
    gmacsPerMegapixel: z.number().nonnegative().nullable().default(null),
    /** From test/bench/networks.js; only ratios between plug-ins hold on other machines. */
    msPerMegapixel: z.number().positive().nullable().default(null),
    image: ImageFormat.default({ range: [0, 1], channels: 'rgb', transfer: 'srgb' }),
    tile: Tile.default({
      multipleOf: 16,
      min: 128,
      max: 1024,
      preferred: 512,
      overlap: 64,
      fixed: false,
    }),
    inputs: z
      .object({
        /** Absent = the graph's only input. */
        image: TensorName.optional(),
        /** Enlarged result of the coarser octave; present = the network is a pyramid step. */
        guess: TensorName.optional(),
        roi: TensorName.optional(),
        budget: TensorName.optional(),
      })
      .default({}),
    /** Logit added inside a hint of strength 1. */
    roiGain: z.number().min(0).max(100).default(4),
    /** Pixels of the image per cell of the roi input. */
    roiStride: z.number().int().min(1).max(64).default(4),
    skip: Skip.default({ difficulty: 0.004, change: 0.004, stage: 0.004, percentile: 95 }),
    stages: z.array(Stage).min(1).max(8),
    /** Present = the only stage is a pyramid step, which runs at every octave. */
    pyramid: z.object({ maxOctaves: z.number().int().min(1).max(16).default(7) }).optional(),
    /** ONNX external data of the graphs; several graphs may share a file. */
    data: z
      .array(z.object({ file: InnerPath, sha256: Sha256 }))
      .max(64)
      .default([]),
    /** Weights of a blur score that uses the first stage; absent = a score from edges alone. */
    blurScore: BlurScoreWeights.optional(),
    training: z.record(z.string(), z.unknown()).default({}),
  })
  .refine(
    ({ blurScore, stages }) =>
      blurScore === undefined || stages[0]?.outputs.difficulty !== undefined,
    { message: 'needs a difficulty output of the first stage', path: ['blurScore'] },
  )
  .superRefine((manifest, context) => {
    const known = new Set<string>();
    manifest.stages.forEach((stage, index) => {
      for (const name of stage.inputs) {
        if (known.has(name)) continue;
        context.addIssue({
          code: 'custom',
          path: ['stages', index, 'inputs'],
          message: `"${name}" is not a state of an earlier stage`,
        });
      }
      for (const name of stage.outputs.state) known.add(name);
    });
  });

/**
 * Expands the short form for one ONNX file with one input and one output: `manifestVersion`, `id`,
 * `name`, `version` and `file` instead of `stages`. All other keys are optional.
 */
function expandShortForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'stages' in value || !('file' in value)) {
    return value;
  }
  const { file, sha256, ...rest } = value as Record<string, unknown>;
  const stage = { file, label: 'Restore', ...(sha256 === undefined ? {} : { sha256 }) };
  return { ...rest, stages: [stage] };
}

/** Makes the graph of a pyramid the only stage. */
function expandPyramid(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('pyramid' in value)) return value;
  const parsed = Pyramid.safeParse(value.pyramid);
  if (!parsed.success) return value;
  const { file, sha256, inputs, outputs, maps, maxOctaves } = parsed.data;
  const stage = { file, sha256, label: 'Octave', outputs, maps };
  return { ...value, inputs, stages: [stage], pyramid: { maxOctaves } };
}

export const Manifest = z.preprocess(
  (value) => expandPyramid(expandShortForm(value)),
  FullManifest,
);
export type Manifest = z.infer<typeof FullManifest>;
export type ManifestStage = Manifest['stages'][number];
export type ManifestTile = Manifest['tile'];

/** Returns whether a stage estimates length, direction and kind of the blur. */
export function hasExtent({ outputs }: ManifestStage): boolean {
  return outputs.extent !== undefined && outputs.kind !== undefined;
}

/** Returns the names of the maps that at least one stage has. */
export function manifestMaps(manifest: Manifest): string[] {
  const names = new Set<string>();
  for (const stage of manifest.stages) {
    if (stage.outputs.difficulty !== undefined) names.add('difficulty');
    if (hasExtent(stage)) names.add('blur');
    for (const name of ['samples', 'attention', 'offsets'] as const) {
      if (stage.maps[name] !== undefined) names.add(name);
    }
  }
  return [...names];
}

/** Returns the number of training steps; `null` if the manifest has none. */
export function trainedSteps({ training }: Manifest): number | null {
  const { steps } = training;
  return typeof steps === 'number' && steps > 0 ? steps : null;
}
