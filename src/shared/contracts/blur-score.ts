/** Weights of the blur score, fitted by test/bench/triage.js to photos of known blur (docs/triage.md). */
import { z } from 'zod';

/** Signs of one patch or part with a network's first stage among them, and of one photo. */
const NETWORK_SIGNS = { patch: 15, part: 15, photo: 16 };

/**
 * Weights that turn `signs` numbers into a probability: the signs are standardised by `mean` and
 * `deviation`; `hidden` rows feed a hyperbolic tangent each (none: a logistic regression); `out`
 * sums up. The last weight of a row is its constant.
 */
function weightsOf(signs: number) {
  const row = (length: number) => z.array(z.number()).length(length);
  return z
    .object({
      mean: row(signs),
      deviation: z.array(z.number().positive()).length(signs),
      hidden: z.array(row(signs + 1)).max(256),
      out: z.array(z.number()),
    })
    .refine(({ hidden, out }) => out.length === (hidden.length === 0 ? signs : hidden.length) + 1, {
      message: 'must hold one weight per hidden row (or per sign) and a constant',
      path: ['out'],
    });
}

/** Weights of a blur score in which a network's difficulty and restored edges take part. */
export const BlurScoreWeights = z.object({
  patch: weightsOf(NETWORK_SIGNS.patch),
  part: weightsOf(NETWORK_SIGNS.part),
  photo: weightsOf(NETWORK_SIGNS.photo),
});
export type BlurScoreWeights = z.infer<typeof BlurScoreWeights>;
export type ProbabilityWeights = BlurScoreWeights['patch'];
