/** Copies settings from one photo to another, by copy and paste or as presets. */
import { z } from 'zod';
import { EditSettings } from './edit.js';
import { hintsFor } from './hints.js';
import { check, migrate, type DocumentKind } from './migrate.js';
import { fitRegions, type PhotoSize } from '../regions/index.js';
import { renameNetworkInPreset } from './renamed-networks.js';
import { packPreset } from './version-2.js';

/** Parts of an edit that can be copied by themselves. */
export const SETTING_PARTS = ['model', 'stage', 'strength', 'regions', 'hints'] as const;
export type SettingPart = (typeof SETTING_PARTS)[number];

const FIELDS = {
  model: ['plugin', 'provider', 'tile', 'workAt', 'selfEnsemble', 'skip'],
  stage: ['stage'],
  strength: ['strength', 'grain'],
  regions: ['regions'],
  hints: ['hints'],
} as const satisfies Record<SettingPart, readonly (keyof EditSettings)[]>;

/** Settings and the photo that their regions and hints are drawn on. */
export interface SettingsOnPhoto<Settings = EditSettings> {
  readonly photo: PhotoSize;
  readonly settings: Settings;
}

/**
 * Returns the settings of `to` with parts of those of `from`; regions and hints are stretched to
 * the size of `to`.
 */
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
  version: z.literal(3),
  name: z.string().trim().min(1).max(80),
  /** Size of the photo that its regions and hints were drawn on, pixels. */
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
  version: 3,
  steps: { 1: renameNetworkInPreset, 2: packPreset },
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
    version: PRESET_KIND.version,
    name,
    photo: { width, height },
    settings,
  };
  return check(Preset, preset, PRESET_KIND, '');
}

/** Validates a stored preset. Throws `edit-invalid`. */
export function readPreset(value: unknown): Preset {
  return check(Preset, migrate(value, PRESET_KIND), PRESET_KIND, '');
}

/** Returns the parts that a preset sets. */
export function presetParts(preset: Preset): SettingPart[] {
  return SETTING_PARTS.filter((part) => FIELDS[part].some((key) => key in preset.settings));
}

export function applyPreset(preset: Preset, to: SettingsOnPhoto): EditSettings {
  const settings = pick(preset.settings, presetParts(preset));
  return applySettings({ photo: preset.photo, settings }, to, presetParts(preset));
}

/** Returns the fields of some parts that are present. */
function pick(
  settings: z.infer<typeof Preset>['settings'],
  which: readonly SettingPart[],
): Partial<EditSettings> {
  const keys = new Set<string>(which.flatMap((part) => FIELDS[part]));
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => keys.has(key) && value !== undefined),
  );
}
