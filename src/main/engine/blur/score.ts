/**
 * From what is known of patches and parts of a photo to probabilities: one small regression for patches, one for parts, and one that
 * decides about the photo by what was said of these.
 */
import { clamp } from '../../../shared/core/math.js';
import { BLURRED_FROM } from '../../../shared/contracts/triage.js';
import type { ProbabilityWeights } from '../../../shared/contracts/blur-score.js';
import type { Calibration } from './calibration.js';
import { regionSigns, type PatchLook } from './signs.js';

export interface Scored {
  readonly score: number;
  readonly blurredShare: number;
  readonly patchScores: readonly number[];
}

/** `looks` row by row, `columns` in each; with the network's, if the calibration is one of a network. */
export function scoreOf(
  looks: readonly PatchLook[],
  columns: number,
  weights: Calibration,
): Scored {
  const { patches, parts } = regionSigns(looks, columns);
  const patchScores = patches.map((signs) => probability(weights.patch, signs));
  const partScores = parts.map((signs) => probability(weights.part, signs));
  const score = probability(weights.photo, photoSigns(patchScores, partScores));
  const blurred = patchScores.filter((value) => value >= BLURRED_FROM).length;
  return { score, blurredShare: blurred / looks.length, patchScores };
}

/** A probability. What was never seen while fitting says no more than the most extreme that was. */
export function probability(
  { mean, deviation, hidden, out }: ProbabilityWeights,
  signs: readonly number[],
): number {
  const inputs = signs.map((sign, i) => clamp((sign - mean[i]!) / deviation[i]!, -4, 4));
  const units =
    hidden.length === 0 ? inputs : hidden.map((weights) => Math.tanh(weighedSum(weights, inputs)));
  return 1 / (1 + Math.exp(-weighedSum(out, units)));
}

/** The last weight is the constant. */
function weighedSum(weights: readonly number[], values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + weights[i]! * value, weights.at(-1)!);
}

/**
 * What was said of the patches and of the parts, the whole photo being the last of these, from the least blurred to the most: a sharp photo with
 * much out of focus has some sharp part, one that moved has none.
 */
export function photoSigns(
  patchScores: readonly number[],
  partScores: readonly number[],
): number[] {
  const parts = partScores.slice(0, -1).map(logit);
  return [
    logit(partScores.at(-1)!),
    ...quantiles(parts, 4),
    ...quantiles(patchScores.map(logit), 8),
    deviation(parts),
  ];
}

/** The lowest value, the highest, and those between that part the values into `pieces` of as many each. */
function quantiles(values: readonly number[], pieces: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const at = (i / pieces) * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.ceil(at);
    return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const logit = (score: number): number => Math.log((score + 1e-3) / (1 - score + 1e-3));
