/** Order and filter of the filmstrip. */
import { describe, expect, it } from 'vitest';
import {
  arrange,
  dependsOnBlur,
  AS_OPENED,
  type PhotoFacts,
} from '../../src/renderer/editor/arrange.js';
import { BLURRED_FROM } from '../../src/shared/contracts/triage.js';
import type { PhotoFilter, PhotoOrder } from '../../src/shared/contracts/settings.js';

function photo(name: string, facts: Partial<PhotoFacts> = {}): PhotoFacts {
  const taken = '2026-01-09T07:05:03';
  return { name, taken, blur: { score: 0 }, exported: false, unsaved: false, ...facts };
}

const PHOTOS = [
  photo('IMG_10', {
    blur: { score: BLURRED_FROM / 2 },
    taken: '2026-03-01T00:00:00',
    exported: true,
  }),
  photo('waits', { blur: undefined, taken: '2025-12-31T23:59:59' }),
  photo('IMG_9', { blur: { score: 0.6 }, unsaved: true }),
  photo('no-score', { blur: null }),
  photo('at-the-bound', { blur: { score: BLURRED_FROM } }),
];

function names(
  photoOrder: PhotoOrder,
  photoFilter: PhotoFilter = 'all',
  current: PhotoFacts | null = null,
): string[] {
  const shown = arrange(PHOTOS, (one) => one, { photoOrder, photoFilter }, current);
  return shown.map(({ name }) => name);
}

describe('ordering photos', () => {
  it.each<[PhotoOrder, string[]]>([
    ['opened', ['IMG_10', 'waits', 'IMG_9', 'no-score', 'at-the-bound']],
    // Photos without a score come last, in order of opening.
    ['blur', ['IMG_9', 'at-the-bound', 'IMG_10', 'waits', 'no-score']],
    ['name', ['at-the-bound', 'IMG_9', 'IMG_10', 'no-score', 'waits']],
    // Photos of the same time stay in order of opening.
    ['taken', ['waits', 'IMG_9', 'no-score', 'at-the-bound', 'IMG_10']],
  ])('%s', (order, expected) => {
    expect(names(order)).toEqual(expected);
  });

  it('does not change the given list', () => {
    const before = [...PHOTOS];
    names('blur');
    expect(PHOTOS).toEqual(before);
  });
});

describe('filtering photos', () => {
  it.each<[PhotoFilter, string[]]>([
    ['all', ['IMG_10', 'waits', 'IMG_9', 'no-score', 'at-the-bound']],
    // Photos without a score are not hidden.
    ['blurred', ['waits', 'IMG_9', 'no-score', 'at-the-bound']],
    ['sharp', ['IMG_10', 'waits', 'no-score']],
    ['unexported', ['waits', 'IMG_9', 'no-score', 'at-the-bound']],
    ['unsaved', ['IMG_9']],
  ])('%s', (filter, expected) => {
    expect(names('opened', filter)).toEqual(expected);
  });

  it('never hides the current photo and keeps its place in the order', () => {
    expect(names('blur', 'unsaved', PHOTOS[4])).toEqual(['IMG_9', 'at-the-bound']);
    expect(names('name', 'unsaved', PHOTOS[4])).toEqual(['at-the-bound', 'IMG_9']);
  });
});

it('depends on blur scores only if they affect order or filter', () => {
  expect(dependsOnBlur(AS_OPENED)).toBe(false);
  expect(dependsOnBlur({ photoOrder: 'name', photoFilter: 'unsaved' })).toBe(false);
  expect(dependsOnBlur({ photoOrder: 'blur', photoFilter: 'all' })).toBe(true);
  expect(dependsOnBlur({ photoOrder: 'opened', photoFilter: 'sharp' })).toBe(true);
});
