/**
 * Turns the signs of patches and parts into probabilities: a small regression for patches, one for
 * parts, and a last one that scores the photo from the results of both.
 */
import { clamp, mean } from '../../shared/core/math.js';
import { BLURRED_FROM } from '../../shared/contracts/triage.js';
import type { BlurScoreWeights, ProbabilityWeights } from '../../shared/contracts/blur-score.js';
import type { Manifest } from '../../shared/contracts/manifest.js';
import light from './light-weights.json' with { type: 'json' };
import { regionSigns, type PatchMeasurement } from './signs.js';

/** Weights of the blur score. */
export interface Calibration extends BlurScoreWeights {
  /** Whether the signs include the network's difficulty and its restored edges. */
  readonly network: boolean;
}

/** Returns the plug-in's own weights, or those for edges alone. */
export function calibrationFor({ blurScore }: Pick<Manifest, 'blurScore'>): Calibration {
  return blurScore === undefined ? { ...light, network: false } : { ...blurScore, network: true };
}

interface Scored {
  readonly score: number;
  readonly blurredShare: number;
  readonly patchScores: readonly number[];
}

/** Scores a photo from its patches in row-major order, `columns` per row. */
export function scoreOf(
  measured: readonly PatchMeasurement[],
  columns: number,
  weights: Calibration,
): Scored {
  const { patches, parts } = regionSigns(measured, columns);
  const patchScores = patches.map((signs) => probability(weights.patch, signs));
  const partScores = parts.map((signs) => probability(weights.part, signs));
  const score = probability(weights.photo, photoSigns(patchScores, partScores));
  const blurred = patchScores.filter((value) => value >= BLURRED_FROM).length;
  return { score, blurredShare: blurred / measured.length, patchScores };
}

/** Returns a probability. Clamps signs to the range that was seen while fitting. */
export function probability(
  { mean, deviation, hidden, out }: ProbabilityWeights,
  signs: readonly number[],
): number {
  const inputs = signs.map((sign, i) => clamp((sign - mean[i]!) / deviation[i]!, -4, 4));
  const units =
    hidden.length === 0 ? inputs : hidden.map((weights) => Math.tanh(weighedSum(weights, inputs)));
  return 1 / (1 + Math.exp(-weighedSum(out, units)));
}

/** Adds up weighted values; the last weight is the constant. */
function weighedSum(weights: readonly number[], values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + weights[i]! * value, weights.at(-1)!);
}

/**
 * Summarises the scores of patches and parts (the last part is the whole photo) by quantiles: a
 * sharp photo with much defocus has a sharp part somewhere, a moved one has none.
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

/** Returns minimum, maximum and the values in between that split the list into equal `pieces`. */
function quantiles(values: readonly number[], pieces: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const at = (i / pieces) * (sorted.length - 1);
    const below = Math.floor(at);
    const above = Math.ceil(at);
    return sorted[below]! + (at - below) * (sorted[above]! - sorted[below]!);
  });
}

const deviation = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
};
const logit = (score: number): number => Math.log((score + 1e-3) / (1 - score + 1e-3));
