/** Settings of the editor. Keys that are not here belong to a newer version or to a part of its own: they are kept. */
import { z } from 'zod';
import { ProviderChoice } from './providers.js';
import { MetadataPolicy, OnExist, OutputFormat } from './restore.js';

/** The known keys, each with its default. */
export const SETTINGS = {
  theme: z.enum(['system', 'light', 'dark', 'contrast']).default('system'),
  /** Lightness of the canvas around the photo in percent; null: the theme's own. */
  surround: z.number().min(0).max(100).nullable().default(null),
  /** null: the default plug-in. */
  plugin: z.string().max(64).nullable().default(null),
  provider: ProviderChoice.default('auto'),
  tile: z.union([z.literal('auto'), z.number().int().min(128).max(1024)]).default('auto'),
  selfEnsemble: z.boolean().default(false),
  skip: z.boolean().default(true),
  /** null: as the photo. */
  format: OutputFormat.nullable().default(null),
  /** null: the encoder's default, or the photo's own for JPEG. */
  quality: z.number().int().min(1).max(100).nullable().default(null),
  metadata: MetadataPolicy.default('all'),
  onExist: OnExist.default('rename'),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type Settings = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]> };

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** A whole set of known settings; whatever is missing or wrong gets its default. */
export function completeSettings(document: Readonly<Record<string, unknown>>): Settings {
  const entries = Object.entries(SETTINGS).map(([name, schema]) => {
    const given = schema.safeParse(document[name]);
    return [name, given.success ? given.data : schema.parse(undefined)];
  });
  return Object.fromEntries(entries) as Settings;
}
