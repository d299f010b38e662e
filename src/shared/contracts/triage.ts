/**
 * Finding blurred photos among many: what is told of each. The score is a probability, fitted and measured on photos of which the
 * blur is known (docs/triage.md).
 */

/** From this score on a photo, or a part of one, counts as blurred. */
export const BLURRED_FROM = 0.5;

/** A square of the photo at its own resolution; pixels of the photo as displayed. */
export interface BlurPatch {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  /** How likely it is smeared by motion of 3 pixels or more, 0..1. */
  readonly score: number;
  /** Mean error that the network expects to remain in it, 0..1; null: nobody asked it. */
  readonly difficulty: number | null;
}

export interface PhotoBlur {
  readonly width: number;
  readonly height: number;
  /** How likely the photo, or a quarter of it, is smeared by motion of 3 pixels or more, 0..1. */
  readonly score: number;
  /** Share of the patches that count as blurred, 0..1. */
  readonly blurredShare: number;
  /**
   * `light`: the network tells no difficulty, or was not calibrated, so that the score is of the structure of edges alone: less sure.
   */
  readonly by: 'network' | 'light';
  /** Columns × rows, row by row. */
  readonly columns: number;
  readonly rows: number;
  readonly patches: readonly BlurPatch[];
}

/** What is shown of a photo that is open. */
export type BlurVerdict = Pick<PhotoBlur, 'score' | 'blurredShare'>;

export function isBlurred({ score }: Pick<PhotoBlur, 'score'>, from = BLURRED_FROM): boolean {
  return score >= from;
}
