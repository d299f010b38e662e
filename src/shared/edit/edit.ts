/**
 * The edit of one photo in memory. `EditSettings` can be undone; the history holds all their
 * states, the current one included. Its stored form is described in edit-format.ts.
 */
import { z } from 'zod';
import { ResultSettings } from '../protocol/calls.js';
import { Hint, hintsToRois, MAX_HINTS } from './hints.js';
import { createHistory, present, type History } from './history.js';
import { EVERYWHERE, RegionDocument, type PhotoSize } from '../regions/index.js';

/** Identifies the photo of an edit, so that it is not applied to another one of the same name. */
export const PhotoIdentity = z.object({
  name: z.string().min(1).max(1024),
  /** Pixels, as displayed. */
  width: z.number().int().min(1).max(65_535),
  height: z.number().int().min(1).max(65_535),
  /** Size of the file; `null` if unknown. */
  bytes: z.number().int().nonnegative().nullable(),
  /** SHA-256 of the file; `null` if unknown. */
  hash: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits')
    .nullable(),
});
export type PhotoIdentity = z.infer<typeof PhotoIdentity>;

const { plugin, provider, tile, workAt, selfEnsemble, skip, grain } = ResultSettings.shape;

/** Settings that change the photo and can be undone. */
export const EditSettings = z.object({
  plugin: plugin.unwrap(),
  provider: provider.unwrap(),
  tile: tile.unwrap(),
  workAt: workAt.unwrap(),
  selfEnsemble: selfEnsemble.unwrap(),
  skip: skip.unwrap(),
  hints: z.array(Hint).max(MAX_HINTS),
  /** Stage whose result is used; 0 = the last. */
  stage: z.number().int().min(0).max(8),
  strength: z.number().min(0).max(1),
  grain: grain.unwrap(),
  /** Mask; without operations it is everywhere. */
  regions: RegionDocument,
});
export type EditSettings = z.infer<typeof EditSettings>;

/** Zoom, position and overlays of a photo; saved with the edit, but not undone. */
export const ViewSettings = z.object({
  /** Screen pixels per pixel of the photo. */
  zoom: z.union([z.literal('fit'), z.number().min(0.001).max(100)]).default('fit'),
  /** Point in the middle of the canvas, in pixels of the photo; `null` = its centre. */
  centre: z.object({ x: z.number(), y: z.number() }).nullable().default(null),
  compare: z.enum(['off', 'split', 'side-by-side', 'difference']).default('split'),
  /** Position of the split, as a share of the photo's width. */
  split: z.number().min(0).max(1).default(0.5),
  showMask: z.boolean().default(false),
  showHints: z.boolean().default(true),
  /** Map shown over the photo. */
  map: z.enum(['blur', 'difficulty', 'samples', 'attention', 'offsets']).nullable().default(null),
});
export type ViewSettings = z.infer<typeof ViewSettings>;

export interface Edit {
  readonly photo: PhotoIdentity;
  readonly history: History<EditSettings>;
  readonly view: ViewSettings;
}

/** Settings of a photo without an edit. */
export const DEFAULT_SETTINGS: EditSettings = Object.freeze({
  plugin: null,
  provider: 'auto',
  tile: 'auto',
  workAt: 'auto',
  selfEnsemble: false,
  skip: true,
  hints: [],
  stage: 0,
  strength: 1,
  grain: 1,
  regions: EVERYWHERE,
});

export function newEdit(photo: PhotoIdentity, time: number, settings = DEFAULT_SETTINGS): Edit {
  return { photo, history: createHistory(settings, 'open', time), view: ViewSettings.parse({}) };
}

/** Returns the current settings. */
export function settingsOf(edit: Edit): EditSettings {
  return present(edit.history);
}

/**
 * Returns whether nothing differs. Unchanged parts are shared, so they are compared by identity.
 */
export function sameSettings(a: EditSettings, b: EditSettings): boolean {
  const { hints, ...rest } = a;
  const sameHints =
    hints.length === b.hints.length && hints.every((hint, i) => hint === b.hints[i]);
  return (
    sameHints && (Object.keys(rest) as (keyof typeof rest)[]).every((key) => a[key] === b[key])
  );
}

/**
 * Returns the settings that the model's result depends on. Mask, strength and stage are applied
 * later.
 */
export function editToResultSettings(edit: Edit): ResultSettings {
  return toResultSettings(settingsOf(edit), edit.photo);
}

export function toResultSettings(settings: EditSettings, photo: PhotoSize): ResultSettings {
  return { ...optionsOf(settings), rois: hintsToRois(settings.hints, photo) };
}

/** Settings that a result depends on, without hints. */
export type ResultOptions = Omit<ResultSettings, 'rois'>;

export function optionsOf(settings: EditSettings): ResultOptions {
  const { plugin, provider, tile, workAt, selfEnsemble, skip, grain } = settings;
  return { plugin, provider, tile, workAt, selfEnsemble, skip, grain };
}

/**
 * Returns whether a saved edit is of this photo: `same` (perhaps under another name), `changed`
 * (other content of the same size, which regions still fit), or `other`.
 */
export function matchPhoto(
  saved: PhotoIdentity,
  opened: PhotoIdentity,
): 'same' | 'changed' | 'other' {
  if (saved.width !== opened.width || saved.height !== opened.height) return 'other';
  if (saved.hash !== null && opened.hash !== null) {
    return saved.hash === opened.hash ? 'same' : 'changed';
  }
  const sameBytes = saved.bytes === null || opened.bytes === null || saved.bytes === opened.bytes;
  return sameBytes ? 'same' : 'changed';
}
