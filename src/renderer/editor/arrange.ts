/** Order and filter of the photos in the filmstrip. */
import type { PhotoFilter, PhotoOrder, Settings } from '../../shared/contracts/settings.js';
import { isBlurred, type BlurScore } from '../../shared/contracts/triage.js';

export type Arrangement = Pick<Settings, 'photoOrder' | 'photoFilter'>;

export const AS_OPENED: Arrangement = { photoOrder: 'opened', photoFilter: 'all' };

/** Properties of a photo that order and filter use. */
export interface PhotoFacts {
  readonly name: string;
  /** Local time in ISO 8601. */
  readonly taken: string;
  /** `undefined` while the photo is being scored, `null` if it cannot be scored. */
  readonly blur: Pick<BlurScore, 'score'> | null | undefined;
  /** Exported with its current settings. */
  readonly exported: boolean;
  readonly unsaved: boolean;
}

/** Numeric order: IMG_9 before IMG_10. */
const NAMES = new Intl.Collator(undefined, { numeric: true });

const COMPARE: Readonly<Record<PhotoOrder, (a: PhotoFacts, b: PhotoFacts) => number>> = {
  opened: () => 0,
  // Photos without a score come last.
  blur: (a, b) => (b.blur?.score ?? -1) - (a.blur?.score ?? -1),
  name: (a, b) => NAMES.compare(a.name, b.name),
  taken: (a, b) => (a.taken < b.taken ? -1 : a.taken > b.taken ? 1 : 0),
};

/** Photos without a score pass both blur filters, as nothing should be hidden by a guess. */
const FILTERS: Readonly<Record<PhotoFilter, (photo: PhotoFacts) => boolean>> = {
  all: () => true,
  blurred: ({ blur }) => isBlurred(blur ?? { score: Infinity }),
  sharp: ({ blur }) => !isBlurred(blur ?? { score: -Infinity }),
  unexported: ({ exported }) => !exported,
  unsaved: ({ unsaved }) => unsaved,
};

/** Returns whether the filter shows the photo. */
export function passesFilter(photo: PhotoFacts, filter: PhotoFilter): boolean {
  return FILTERS[filter](photo);
}

/** Returns whether order or filter depend on blur scores. */
export function dependsOnBlur({ photoOrder, photoFilter }: Arrangement): boolean {
  return photoOrder === 'blur' || photoFilter === 'blurred' || photoFilter === 'sharp';
}

/**
 * Returns the photos to show, in order; ties keep their order of opening. The `current` photo is
 * always included.
 */
export function arrange<T>(
  photos: readonly T[],
  factsOf: (photo: T) => PhotoFacts,
  { photoOrder, photoFilter }: Arrangement,
  current: T | null,
): readonly T[] {
  return photos
    .map((photo) => ({ photo, facts: factsOf(photo) }))
    .filter(({ photo, facts }) => photo === current || passesFilter(facts, photoFilter))
    .sort((a, b) => COMPARE[photoOrder](a.facts, b.facts))
    .map(({ photo }) => photo);
}
