/** Weights of the blur score, fitted by test/bench/triage.js (docs/triage.md). */
import { z } from 'zod';

/** Number of signs of a patch, a part and a photo when the network's first stage is used. */
const NETWORK_SIGNS = { patch: 15, part: 15, photo: 16 };

/**
 * Weights of a small regression from `signs` numbers to a probability. Signs are standardised by
 * `mean` and `deviation`; each `hidden` row is followed by tanh (no rows = logistic regression);
 * `out` is the last layer. The last weight of a row is its bias.
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

/** Weights of a blur score that uses a network's difficulty and restored edges. */
export const BlurScoreWeights = z.object({
  patch: weightsOf(NETWORK_SIGNS.patch),
  part: weightsOf(NETWORK_SIGNS.part),
  photo: weightsOf(NETWORK_SIGNS.photo),
});
export type BlurScoreWeights = z.infer<typeof BlurScoreWeights>;
export type ProbabilityWeights = BlurScoreWeights['patch'];
