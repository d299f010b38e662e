/**
 * From the structure of a photo's patches to probabilities. Where motion smeared, the finest scale has lost energy along one
 * direction relative to the next coarser one; other softness has lost it in all, and noise has put some back. A logistic regression
 * weighs these signs, and the network's difficulty where there is one, for each patch and then for the photo.
 */
import { BLURRED_FROM } from '../../../shared/triage.js';
import type { Calibration, Weights } from './calibration.js';
import { SCALES, type PatchTensors, type Tensor } from './tensors.js';

export interface PatchLook extends PatchTensors {
  /** null: the network tells none. */
  readonly difficulty: number | null;
}

export interface Scored {
  readonly score: number;
  readonly blurredShare: number;
  readonly patchScores: readonly number[];
}

/** `looks` row by row, `columns` in each. */
export function scoreOf(
  looks: readonly PatchLook[],
  columns: number,
  { patch, photo, network }: Calibration,
): Scored {
  const noise = noiseOf(looks);
  const patchScores = looks.map((look) => logistic(patch, patchSigns(look, noise, network)));
  const score = logistic(photo, photoSigns(looks, patchScores, columns, network));
  const blurred = patchScores.filter((value) => value >= BLURRED_FROM).length;
  return { score, blurredShare: blurred / looks.length, patchScores };
}

function logistic({ mean, deviation, weights, bias }: Weights, signs: readonly number[]): number {
  const sum = signs.reduce((total, sign, i) => {
    // What was never seen while fitting says no more than the most extreme that was.
    const value = Math.min(4, Math.max(-4, (sign - mean[i]!) / deviation[i]!));
    return total + weights[i]! * value;
  }, bias);
  return 1 / (1 + Math.exp(-sum));
}

/** Energies of noise alone at the two finest scales: of the calmest parts of the calmer patches. */
export function noiseOf(looks: readonly PatchTensors[]): readonly [number, number] {
  const of = (scale: 0 | 1): number => {
    const sorted = looks.map(({ calm }) => calm[scale]).sort((a, b) => a - b);
    return sorted[Math.floor(0.2 * (sorted.length - 1))] ?? 0;
  };
  return [of(0), of(1)];
}

/** What is known of one patch. */
export function patchSigns(
  { tensors, difficulty }: PatchLook,
  noise: readonly [number, number],
  network: boolean,
): number[] {
  const clean = denoised(tensors, noise);
  const signs = profile(clean, 0.05, 0.5);
  signs.push(Math.log(energy(clean[2]!) + 5), Math.log(noise[0] + 0.1));
  if (network) signs.push(relativeDifficulty(tensors, difficulty ?? 0));
  return signs;
}

/** What is known of the whole photo: all patches together, parts of it, and what was said of each patch. */
export function photoSigns(
  looks: readonly PatchLook[],
  patchScores: readonly number[],
  columns: number,
  network: boolean,
): number[] {
  const noise = noiseOf(looks);
  const clean = looks.map(({ tensors }) => weighed(denoised(tensors, noise)));
  const signs = profile(sum(clean), 0.02, 0);
  const parts = windows(clean.length, columns).map((indices) => {
    const part = profile(sum(indices.map((i) => clean[i]!)), 0.02, 0);
    const logits = indices.map((i) => logit(patchScores[i]!));
    return { ratio: part[2]!, coarser: part[5]!, logit: mean(logits) };
  });
  for (const name of ['ratio', 'coarser', 'logit'] as const) {
    const sorted = parts.map((part) => part[name]).sort((a, b) => b - a);
    signs.push(sorted[0]!, sorted[sorted.length >> 1]!);
  }
  signs.push(Math.log(noise[0] + 0.1), Math.log((noise[0] + 0.1) / (noise[1] + 0.1)));
  signs.push(Math.log(mean(looks.map(({ tensors }) => energy(tensors[2]!))) + 5));
  if (network) {
    const relative = looks.map((look) => relativeDifficulty(look.tensors, look.difficulty ?? 0));
    signs.push(mean(relative), Math.max(...relative));
  }
  return signs;
}

/** For each pair of neighbouring scales: logarithms of the weakest and the strongest direction's ratio of energies, and between them. */
function profile(tensors: readonly Tensor[], share: number, floor: number): number[] {
  const signs: number[] = [];
  for (let scale = 0; scale + 1 < SCALES; scale++) {
    const coarse = tensors[scale + 1]!;
    const extra = share * energy(coarse) + floor;
    const [low, high] = ratios(tensors[scale]!, [coarse[0] + extra, coarse[1], coarse[2] + extra]);
    signs.push(Math.log(low), Math.log(high), Math.log(high / low));
  }
  return signs;
}

/** The smallest and the largest ratio of energies over all directions: the eigenvalues of the one in terms of the other. */
export function ratios(fine: Tensor, coarse: Tensor): readonly [number, number] {
  const [a, b, c] = fine;
  const [p, q, r] = coarse;
  const determinant = p * r - q * q;
  if (determinant <= 0) return [LEAST, LEAST];
  const half = (a * r + c * p - 2 * b * q) / (2 * determinant);
  const product = (a * c - b * b) / determinant;
  const root = Math.sqrt(Math.max(0, half * half - product));
  return [Math.max(LEAST, half - root), Math.max(LEAST, half + root)];
}

const LEAST = 1e-3;

/** Noise is the same in every direction. */
function denoised(tensors: readonly Tensor[], noise: readonly [number, number]): Tensor[] {
  return tensors.map(([xx, xy, yy], scale) => {
    const own = (noise[scale] ?? 0) / 2;
    return [Math.max(xx - own, LEAST), xy, Math.max(yy - own, LEAST)];
  });
}

/** Patches of much contrast do not drown the others. */
function weighed(tensors: readonly Tensor[]): Tensor[] {
  const weight = 1 / (energy(tensors[2]!) + 20);
  return tensors.map(([xx, xy, yy]) => [xx * weight, xy * weight, yy * weight]);
}

/** The error that the network expects, relative to the contrast there is. */
function relativeDifficulty(tensors: readonly Tensor[], difficulty: number): number {
  return Math.log(difficulty + 1e-4) - 0.5 * Math.log(energy(tensors[1]!) + 5);
}

/** Parts of about a quarter of the photo, overlapping by half: indices of their patches. */
function windows(count: number, columns: number): number[][] {
  const rows = Math.ceil(count / columns);
  const spans = (length: number): [number, number][] => {
    const size = Math.ceil(length / 2);
    const step = Math.max(1, Math.floor(size / 2));
    const found: [number, number][] = [];
    for (let from = 0; from + size <= length; from += step) found.push([from, from + size]);
    return found;
  };
  return spans(rows).flatMap(([top, bottom]) =>
    spans(columns).map(([left, right]) => {
      const indices: number[] = [];
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) indices.push(y * columns + x);
      }
      return indices;
    }),
  );
}

function sum(all: readonly (readonly Tensor[])[]): Tensor[] {
  return Array.from({ length: SCALES }, (_, scale) =>
    all.reduce<Tensor>(
      ([xx, xy, yy], tensors) => {
        const [a, b, c] = tensors[scale]!;
        return [xx + a, xy + b, yy + c];
      },
      [0, 0, 0],
    ),
  );
}

const energy = ([xx, , yy]: Tensor): number => xx + yy;
const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;
const logit = (score: number): number => Math.log((score + 1e-3) / (1 - score + 1e-3));
