/** Pictures that each side of a comparison draws. */
import type { Side } from './comparison.svelte.js';
import type { PhotoState } from '../photo.svelte.js';
import type { Coverage, ResultLayer } from '../../canvas/layers.js';
import type { Pyramid } from '../../canvas/pyramid.js';

type ResultPyramid = Extract<Pyramid, { readonly kind: 'result' }>;

/** Returns the tiles that a side shows over the original; `null` if none. */
export function pyramidOf(photo: PhotoState, side: Side): ResultPyramid | null {
  if (side === 'original') return null;
  const common = { kind: 'result', photo: photo.info.photo } as const;
  if (side !== 'current') return { ...common, ...side };
  const { result } = photo.model;
  return result === null || !photo.hasResult ? null : { ...common, result, stage: photo.stage };
}

/**
 * Returns a side as a layer. Both sides use the same strength and mask, so that only the results
 * differ.
 */
export function layerOf(
  photo: PhotoState,
  side: Side,
  coverage: Coverage | null,
): ResultLayer | null {
  const pyramid = pyramidOf(photo, side);
  if (pyramid === null) return null;
  return { tiles: pyramid, strength: photo.strength, coverage };
}
