/**
 * The stored form of an edit, version 3: the sidecar `<photo>.unsmear.json` and the autosave.
 * Operations, hints and lists stand in tables, once however many steps of the history have them. A
 * list names an earlier one and what differs from it, and a step only the settings that it changed,
 * so a history grows by what was drawn.
 */
import { z } from 'zod';
import { BoxHint, HintFields, MAX_HINTS } from './hints.js';
import { EditSettings, type PhotoIdentity, type ViewSettings } from './edit.js';
import { MAX_STEPS } from './limits.js';
import type { DocumentKind } from './migrate.js';
import { renameNetworksInEdit } from './renamed-networks.js';
import { tabulate } from './version-2.js';
import type { RegionOperation } from '../regions/index.js';

export const EDIT_KIND: DocumentKind = {
  format: 'unsmear-edit',
  name: 'edit',
  version: 3,
  steps: { 1: renameNetworksInEdit, 2: tabulate },
};

const Index = z.number().int().min(0);
/** Index into `lists`; -1: the empty list. */
const ListIndex = z.number().int().min(-1);

/** Settings whose hints and regions are indexes into the tables. */
export const StoredSettings = EditSettings.extend({
  hints: z.array(Index).max(MAX_HINTS),
  regions: ListIndex,
});
export type StoredSettings = z.infer<typeof StoredSettings>;

export const StoredHint = z.discriminatedUnion('kind', [
  BoxHint,
  HintFields.extend({ kind: z.literal('painted'), paint: ListIndex }),
]);
export type StoredHint = z.infer<typeof StoredHint>;

/**
 * The list `base`, with `cut` entries from `at` on replaced by the operations with these indexes:
 * `[base, at, cut, ...operations]`.
 */
export const StoredList = z.array(z.number().int().min(-1)).min(3);

export const StoredHistory = z.object({
  current: Index,
  steps: z
    .array(
      z.object({
        label: z.string().max(200),
        /** Milliseconds since 1970. */
        time: z.number(),
        /**
         * Settings that differ from the step before, in the first step from those of a new photo.
         */
        set: StoredSettings.partial(),
      }),
    )
    .min(1)
    .max(MAX_STEPS),
});

export interface EditFile {
  readonly format: string;
  readonly version: number;
  readonly photo: PhotoIdentity;
  readonly view: ViewSettings;
  /** The current settings; they take precedence over those of the history's current step. */
  readonly settings: StoredSettings;
  /** `null`: nothing to undo or redo. */
  readonly history: z.infer<typeof StoredHistory> | null;
  readonly operations: readonly RegionOperation[];
  readonly lists: readonly (readonly number[])[];
  readonly hints: readonly StoredHint[];
}
