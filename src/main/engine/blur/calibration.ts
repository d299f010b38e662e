/** Weights of the blur score, fitted by test/bench/triage.js on photos of which the blur is known (docs/triage.md). */
import type { Manifest } from '../../../shared/contracts/manifest.js';
import fitted from './calibration.json' with { type: 'json' };

/** A probability from signs that are first brought to mean 0 and deviation 1. */
export interface Weights {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  /**
   * Rows of weights, the constant last: of hidden units (none: a logistic regression) behind a hyperbolic tangent, and of what
   * is put together from them. Softness is a sign of motion only where it depends on the direction: no straight line tells that.
   */
  readonly hidden: readonly (readonly number[])[];
  readonly out: readonly number[];
}

export interface Calibration {
  /** The network's difficulty is among the signs. */
  readonly network: boolean;
  readonly patch: Weights;
  readonly part: Weights;
  readonly photo: Weights;
}

/** By the network's id; `light` for those that tell no difficulty or were not fitted. */
const {
  light,
  ...networks
}: Readonly<Record<string, Omit<Calibration, 'network'>>> & {
  readonly light: Omit<Calibration, 'network'>;
} = fitted;

/** Networks of one id may differ between versions; what their difficulty means, within a major version, may not. */
export function calibrationFor({ id, stages }: Pick<Manifest, 'id' | 'stages'>): Calibration {
  const own = networks[id];
  const tells = stages[0]?.outputs.difficulty !== undefined;
  return own !== undefined && tells ? { ...own, network: true } : { ...light, network: false };
}
