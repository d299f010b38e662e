/**
 * Blur scores of photos and their patches. A score is a probability, fitted and measured on photos
 * of known blur (docs/triage.md).
 */

/** Score from which a photo or a patch counts as blurred. */
export const BLURRED_FROM = 0.5;

/** A square of the photo, in pixels as displayed. */
export interface BlurPatch {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** Probability of a motion of at least 3 pixels, 0..1. */
  readonly score: number;
  /** Mean error that the network expects to remain, 0..1; `null` if no network was used. */
  readonly difficulty: number | null;
}

export interface PhotoBlur {
  readonly width: number;
  readonly height: number;
  /** Probability of a motion of at least 3 pixels in the photo or in a quarter of it, 0..1. */
  readonly score: number;
  /** Share of the patches that count as blurred, 0..1. */
  readonly blurredShare: number;
  /**
   * Median length in pixels of the blur of the moved patches; `null` = none has moved, or the
   * plug-in does not estimate it.
   */
  readonly extent: number | null;
  /** `light`: from edges alone, less reliable, because the plug-in has no weights for the score. */
  readonly by: 'network' | 'light';
  readonly columns: number;
  readonly rows: number;
  /** Columns × rows, row by row. */
  readonly patches: readonly BlurPatch[];
}

/** Blur score of an open photo. */
export type BlurScore = Pick<PhotoBlur, 'score' | 'blurredShare' | 'extent'>;

/** Returns whether a score reaches the threshold `from`. */
export function isBlurred({ score }: Pick<PhotoBlur, 'score'>, from = BLURRED_FROM): boolean {
  return score >= from;
}
