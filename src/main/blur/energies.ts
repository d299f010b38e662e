/** Removes the noise from edge energies, and adds up the energies of several patches. */
import { DIRECTIONS, SCALES, type EdgeEnergies, type PatchEdges } from './edges.js';

/** Energies of noise alone at the two finest scales. */
export type Noise = readonly [number, number];

/** Edge energies without the noise. */
export interface CleanEnergies extends EdgeEnergies {
  /** Part of a direction's energy that may still be noise: less energy says nothing about edges. */
  readonly doubt: number;
}

/** Noise energy per direction of a photo whose only noise is the rounding to whole levels. */
const ROUNDING = 0.003;
const DOUBT = 0.3;

/** Estimates a photo's noise from the calmest parts of its calmer patches. */
export function noiseOf(patches: readonly PatchEdges[]): Noise {
  const of = (scale: 0 | 1): number => {
    const sorted = patches.map(({ calm }) => calm[scale]).sort((a, b) => a - b);
    return sorted[Math.floor(0.2 * (sorted.length - 1))] ?? 0;
  };
  return [of(0), of(1)];
}

/** Subtracts the noise, which has the same energy in every direction. */
export function denoised(scales: readonly EdgeEnergies[], noise: Noise): CleanEnergies[] {
  return scales.map(({ fine, coarse }, scale) => {
    const finer = (noise[scale] ?? 0) / 2 / DIRECTIONS;
    const coarser = (noise[scale + 1] ?? 0) / DIRECTIONS;
    return {
      fine: fine.map((energy) => Math.max(0, energy - finer)),
      coarse: coarse.map((energy) => Math.max(0, energy - coarser)),
      doubt: DOUBT * finer + ROUNDING,
    };
  });
}

/** Returns the weighted sum over patches. */
export function together(
  patches: readonly (readonly CleanEnergies[])[],
  weights: readonly number[],
): CleanEnergies[] {
  return Array.from({ length: SCALES }, (_, scale) => {
    const [fine, coarse] = [new Float64Array(DIRECTIONS), new Float64Array(DIRECTIONS)];
    let doubt = 0;
    patches.forEach((scales, n) => {
      const [one, weight] = [scales[scale]!, weights[n]!];
      doubt += weight * one.doubt;
      for (let i = 0; i < DIRECTIONS; i++) {
        fine[i]! += weight * one.fine[i]!;
        coarse[i]! += weight * one.coarse[i]!;
      }
    });
    return { fine, coarse, doubt };
  });
}
