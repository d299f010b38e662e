/** Which photos the filmstrip shows, and in which order. */
import type { PhotoFilter, PhotoOrder, Settings } from '../../shared/contracts/settings.js';
import { isBlurred, type BlurVerdict } from '../../shared/contracts/triage.js';

export type Arrangement = Pick<Settings, 'photoOrder' | 'photoFilter'>;

export const AS_OPENED: Arrangement = { photoOrder: 'opened', photoFilter: 'all' };

/** What order and filter ask about a photo. */
export interface PhotoFacts {
  readonly name: string;
  /** Local time, as ISO 8601 writes it. */
  readonly taken: string;
  /** Undefined: being judged, null: nobody can tell. */
  readonly blur: Pick<BlurVerdict, 'score'> | null | undefined;
  /** As it is now. */
  readonly exported: boolean;
  readonly unsaved: boolean;
}

/** As people count: IMG_9 before IMG_10. */
const NAMES = new Intl.Collator(undefined, { numeric: true });

const COMPARE: Readonly<Record<PhotoOrder, (a: PhotoFacts, b: PhotoFacts) => number>> = {
  opened: () => 0,
  // What is not known is at the end.
  blur: (a, b) => (b.blur?.score ?? -1) - (a.blur?.score ?? -1),
  name: (a, b) => NAMES.compare(a.name, b.name),
  taken: (a, b) => (a.taken < b.taken ? -1 : a.taken > b.taken ? 1 : 0),
};

/** What is not known to be sharp, or blurred, is let through: nothing is hidden by a guess. */
const LETS: Readonly<Record<PhotoFilter, (photo: PhotoFacts) => boolean>> = {
  all: () => true,
  blurred: ({ blur }) => isBlurred(blur ?? { score: Infinity }),
  sharp: ({ blur }) => !isBlurred(blur ?? { score: -Infinity }),
  unexported: ({ exported }) => !exported,
  unsaved: ({ unsaved }) => unsaved,
};

/** Whether the filter lets the photo through. */
export function isLet(photo: PhotoFacts, filter: PhotoFilter): boolean {
  return LETS[filter](photo);
}

/** Whether order or filter change when blur is judged. */
export function asksForBlur({ photoOrder, photoFilter }: Arrangement): boolean {
  return photoOrder === 'blur' || photoFilter === 'blurred' || photoFilter === 'sharp';
}

/**
 * The photos that are shown, in their order; those that the order does not tell apart stay as they came. The one that is `current`
 * is among them, whatever the filter says.
 */
export function arrange<T>(
  photos: readonly T[],
  factsOf: (photo: T) => PhotoFacts,
  { photoOrder, photoFilter }: Arrangement,
  current: T | null,
): readonly T[] {
  return photos
    .map((photo) => ({ photo, facts: factsOf(photo) }))
    .filter(({ photo, facts }) => photo === current || isLet(facts, photoFilter))
    .sort((a, b) => COMPARE[photoOrder](a.facts, b.facts))
    .map(({ photo }) => photo);
}
