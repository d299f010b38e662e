/** Chooses the weights of the blur score for a plug-in. */
import type { BlurScoreWeights } from '../../../shared/contracts/blur-score.js';
import type { Manifest } from '../../../shared/contracts/manifest.js';
import light from './light-weights.json' with { type: 'json' };

export interface Calibration extends BlurScoreWeights {
  /** The network's difficulty and its restored edges are among the signs. */
  readonly network: boolean;
}

/** Returns the plug-in's own weights, or those for edges alone. */
export function calibrationFor({ blurScore }: Pick<Manifest, 'blurScore'>): Calibration {
  return blurScore === undefined ? { ...light, network: false } : { ...blurScore, network: true };
}
