/** Settings from one photo to another: copy and paste, and presets. */
import { z } from 'zod';
import { EditSettings } from './edit.js';
import { hintsFor } from './hints.js';
import { check, migrate, type DocumentKind } from './migrate.js';
import { fitRegions, type PhotoSize } from './regions/index.js';

/** What can be copied by itself. */
export const SETTING_PARTS = ['model', 'stage', 'strength', 'regions', 'hints'] as const;
export type SettingPart = (typeof SETTING_PARTS)[number];

const FIELDS = {
  model: ['plugin', 'provider', 'tile', 'selfEnsemble', 'skip'],
  stage: ['stage'],
  strength: ['strength'],
  regions: ['regions'],
  hints: ['hints'],
} as const satisfies Record<SettingPart, readonly (keyof EditSettings)[]>;

/** Settings and the photo that their regions and hints are drawn on. */
export interface SettingsOnPhoto<Settings = EditSettings> {
  readonly photo: PhotoSize;
  readonly settings: Settings;
}

/** The settings of `to` with parts of those of `from`; what is drawn is stretched to the other photo's size. */
export function applySettings(
  from: SettingsOnPhoto<Partial<EditSettings>>,
  to: SettingsOnPhoto,
  which: readonly SettingPart[],
): EditSettings {
  const fields = pick(from.settings, which);
  const { regions, hints } = fields;
  return {
    ...to.settings,
    ...fields,
    ...(regions && { regions: fitRegions(regions, from.photo, to.photo) }),
    ...(hints && { hints: hintsFor(hints, from.photo, to.photo) }),
  };
}

/** A named part of an edit. */
export const Preset = z.object({
  format: z.literal('unsmear-preset'),
  version: z.literal(1),
  name: z.string().trim().min(1).max(80),
  /** What its regions and hints were drawn on. */
  photo: z.object({
    width: z.number().int().min(1).max(65_535),
    height: z.number().int().min(1).max(65_535),
  }),
  settings: EditSettings.partial(),
});
export type Preset = z.infer<typeof Preset>;

const PRESET_KIND: DocumentKind = {
  format: 'unsmear-preset',
  name: 'preset',
  version: 1,
  steps: {},
};

export function makePreset(
  name: string,
  from: SettingsOnPhoto,
  which: readonly SettingPart[],
): Preset {
  const { width, height } = from.photo;
  const settings = pick(from.settings, which);
  const preset = {
    format: PRESET_KIND.format,
    version: 1,
    name,
    photo: { width, height },
    settings,
  };
  return check(Preset, preset, PRESET_KIND, '');
}

/** Checks a stored preset; rejects with `edit-invalid`. */
export function readPreset(value: unknown): Preset {
  return check(Preset, migrate(value, PRESET_KIND), PRESET_KIND, '');
}

/** The parts that a preset sets. */
export function presetParts(preset: Preset): SettingPart[] {
  return SETTING_PARTS.filter((part) => FIELDS[part].some((key) => key in preset.settings));
}

export function applyPreset(preset: Preset, to: SettingsOnPhoto): EditSettings {
  const settings = pick(preset.settings, presetParts(preset));
  return applySettings({ photo: preset.photo, settings }, to, presetParts(preset));
}

/** The fields of some parts, without those that are absent. */
function pick(
  settings: z.infer<typeof Preset>['settings'],
  which: readonly SettingPart[],
): Partial<EditSettings> {
  const keys = new Set<string>(which.flatMap((part) => FIELDS[part]));
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => keys.has(key) && value !== undefined),
  );
}
