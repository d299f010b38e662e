/** Settings of the editor. Unknown keys are kept: a newer version or a feature wrote them. */
import { z } from 'zod';
import { DEFAULT_TEMPLATE } from './naming-template.js';
import { ProviderChoice } from './providers.js';
import { Depth, MetadataPolicy, OnExist, OutputFormat, WorkAt } from './restore.js';

export const THEMES = ['system', 'dark', 'light', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];
export const LANGUAGES = ['system', 'en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Colour around the photo; `theme` = that of the theme. */
export const SURROUNDS = ['theme', 'black', 'dark', 'grey', 'light', 'white'] as const;
export type Surround = (typeof SURROUNDS)[number];
/** Colour of the mask over the photo. */
export const MASK_COLOURS = ['orange', 'magenta', 'green', 'white'] as const;
export type MaskColour = (typeof MASK_COLOURS)[number];
/** How two pictures of a photo are compared; `result` = only one is shown. */
export const COMPARE_MODES = ['result', 'split', 'side', 'difference'] as const;
export type CompareMode = (typeof COMPARE_MODES)[number];
/** Order of the filmstrip's photos. */
export const PHOTO_ORDERS = ['opened', 'blur', 'name', 'taken'] as const;
export type PhotoOrder = (typeof PHOTO_ORDERS)[number];
/** Photos that the filmstrip shows. */
export const PHOTO_FILTERS = ['all', 'blurred', 'sharp', 'unexported', 'unsaved'] as const;
export type PhotoFilter = (typeof PHOTO_FILTERS)[number];

/** The known keys, each with its default. */
export const SETTINGS = {
  theme: z.enum(THEMES).default('dark'),
  language: z.enum(LANGUAGES).default('system'),
  surround: z.enum(SURROUNDS).default('theme'),
  compare: z.enum(COMPARE_MODES).default('split'),
  photoOrder: z.enum(PHOTO_ORDERS).default('opened'),
  photoFilter: z.enum(PHOTO_FILTERS).default('all'),
  /** Whether lines are drawn between pixels at high zoom. */
  pixelGrid: z.boolean().default(true),
  maskColour: z.enum(MASK_COLOURS).default('orange'),
  /** Opacity of the mask over the photo. */
  maskOpacity: z.number().min(0).max(1).default(0.5),
  /** Whether the sample was shown once; afterwards the editor starts without a photo. */
  welcomed: z.boolean().default(false),
  /** Id of the plug-in; `null` = the default one. */
  plugin: z.string().max(64).nullable().default(null),
  provider: ProviderChoice.default('auto'),
  tile: z.union([z.literal('auto'), z.number().int().min(128).max(1024)]).default('auto'),
  workAt: WorkAt.default('auto'),
  selfEnsemble: z.boolean().default(false),
  skip: z.boolean().default(true),
  /** Names of exported files (naming-template.ts). */
  namingTemplate: z.string().min(1).max(255).default(DEFAULT_TEMPLATE),
  /** `null` = the photo's own. */
  format: OutputFormat.nullable().default(null),
  /** `null` = the encoder's default, or the photo's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable().default(null),
  /** `null` = that of the photo if the format can hold it. */
  depth: Depth.nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]> };

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** Returns all known settings of a document; missing and invalid ones get their defaults. */
export function completeSettings(document: Readonly<Record<string, unknown>>): Settings {
  const entries = Object.entries(SETTINGS).map(([name, schema]) => {
    const given = schema.safeParse(document[name]);
    return [name, given.success ? given.data : schema.parse(undefined)];
  });
  return Object.fromEntries(entries) as Settings;
}
