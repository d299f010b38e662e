/**
 * From the edges of a photo's patches to probabilities. Small regressions weigh how sharp they are, how much that depends on their
 * direction, and the network's difficulty where there is one: for each patch, and for parts of a quarter
 * of the photo, in which edges of every direction come together. What was said of patches and parts decides about the photo.
 */
import { BLURRED_FROM } from '../../../shared/triage.js';
import type { Calibration, Weights } from './calibration.js';
import { DIRECTIONS, SCALES, type EdgeEnergies, type PatchEdges } from './edges.js';

export interface PatchLook extends PatchEdges {
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
  { network, ...weights }: Calibration,
): Scored {
  const { patches, parts } = regionSigns(looks, columns, network);
  const patchScores = patches.map((signs) => probability(weights.patch, signs));
  const partScores = parts.map((signs) => probability(weights.part, signs));
  const score = probability(weights.photo, photoSigns(patchScores, partScores));
  const blurred = patchScores.filter((value) => value >= BLURRED_FROM).length;
  return { score, blurredShare: blurred / looks.length, patchScores };
}

/** A probability. What was never seen while fitting says no more than the most extreme that was. */
export function probability(
  { mean, deviation, hidden, out }: Weights,
  signs: readonly number[],
): number {
  const inputs = signs.map((sign, i) =>
    Math.min(4, Math.max(-4, (sign - mean[i]!) / deviation[i]!)),
  );
  const units =
    hidden.length === 0 ? inputs : hidden.map((weights) => Math.tanh(weighedSum(weights, inputs)));
  return 1 / (1 + Math.exp(-weighedSum(out, units)));
}

/** The last weight is the constant. */
function weighedSum(weights: readonly number[], values: readonly number[]): number {
  return values.reduce((sum, value, i) => sum + weights[i]! * value, weights.at(-1)!);
}

export interface RegionSigns {
  readonly patches: readonly (readonly number[])[];
  /** Of parts of a quarter of the photo, and at last of the whole. */
  readonly parts: readonly (readonly number[])[];
}

/** What is known of each patch and of larger parts. */
export function regionSigns(
  looks: readonly PatchLook[],
  columns: number,
  network: boolean,
): RegionSigns {
  const noise = noiseOf(looks);
  const clean = looks.map(({ scales }) => denoised(scales, noise));
  const weighed = clean.map(evenly);
  const patches = looks.map((look, i) => signsOf(clean[i]!, [look], network));
  const all = looks.map((_, i) => i);
  const parts = [...windows(looks.length, columns), all].map((indices) => {
    const region = together(indices.map((i) => weighed[i]!));
    const within = indices.map((i) => looks[i]!);
    return signsOf(region, within, network);
  });
  return { patches, parts };
}

type Noise = readonly [number, number];

/** Energies of noise alone at the two finest scales: of the calmest parts of the calmer patches. */
function noiseOf(looks: readonly PatchEdges[]): Noise {
  const of = (scale: 0 | 1): number => {
    const sorted = looks.map(({ calm }) => calm[scale]).sort((a, b) => a - b);
    return sorted[Math.floor(0.2 * (sorted.length - 1))] ?? 0;
  };
  return [of(0), of(1)];
}

function signsOf(
  region: readonly CleanEnergies[],
  looks: readonly PatchLook[],
  network: boolean,
): number[] {
  const signs = profiles(region).flatMap(({ level, swing }) => [level, swing]);
  if (network) {
    // The error that is expected, relative to the contrast there is.
    const relative = looks.map(({ scales, difficulty }) => {
      const contrast = Math.log(total(scales[0]!.coarse) + 1);
      return Math.log((difficulty ?? 0) + 1e-4) - 0.5 * contrast;
    });
    signs.push(mean(relative));
  }
  return signs;
}

/** What was said of the patches and of the parts, the whole photo being the last of these. */
export function photoSigns(
  patchScores: readonly number[],
  partScores: readonly number[],
): number[] {
  const patches = patchScores.map(logit).sort((a, b) => b - a);
  const parts = partScores
    .slice(0, -1)
    .map(logit)
    .sort((a, b) => b - a);
  return [
    logit(partScores.at(-1)!),
    parts[0]!,
    parts[Math.floor(parts.length / 4)]!,
    mean(parts),
    mean(patches.slice(0, Math.ceil(patches.length / 4))),
    mean(patches),
  ];
}

interface Profile {
  /** Logarithm of how much of an edge's energy the finer scale has: low where edges are soft. */
  readonly level: number;
  /** How much that depends on the direction. */
  readonly swing: number;
}

/** How much contrast pulls the fit of a direction towards no swing. */
const CALM_SWING = 0.08;

/** level + swing × cos 2(direction - softest), fitted to what each direction says, weighed by how much there is to see in it. */
function profiles(scales: readonly CleanEnergies[]): Profile[] {
  return scales.map(({ fine, coarse, doubt }) => {
    const floor = (0.01 * total(coarse)) / DIRECTIONS;
    const rows = Array.from(coarse, (energy, i) => {
      const weight = energy + floor + doubt;
      const angle = (2 * Math.PI * (i + 0.5)) / DIRECTIONS;
      const value = Math.log((fine[i]! + floor / 20 + doubt) / weight);
      return { weight, value, cos: Math.cos(angle), sin: Math.sin(angle) };
    });
    return fitHarmonic(rows);
  });
}

/** Without the noise. */
interface CleanEnergies extends EdgeEnergies {
  /** How much of a direction's energy may be noise after all: what is less says nothing of edges. */
  readonly doubt: number;
}

/** Of a direction, where a photo has no noise but the rounding to whole levels. */
const ROUNDING = 0.003;
const DOUBT = 0.3;

/** Noise has the same energy in every direction. */
function denoised(scales: readonly EdgeEnergies[], noise: Noise): CleanEnergies[] {
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

interface Direction {
  readonly weight: number;
  readonly value: number;
  readonly cos: number;
  readonly sin: number;
}

function fitHarmonic(rows: readonly Direction[]): Profile {
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
  const average = (of: (row: Direction) => number): number =>
    rows.reduce((sum, row) => sum + row.weight * of(row), 0) / weights;
  const [v, c, s] = [average((r) => r.value), average((r) => r.cos), average((r) => r.sin)];
  const cc = average((r) => (r.cos - c) ** 2) + CALM_SWING;
  const ss = average((r) => (r.sin - s) ** 2) + CALM_SWING;
  const cs = average((r) => (r.cos - c) * (r.sin - s));
  const vc = average((r) => (r.value - v) * (r.cos - c));
  const vs = average((r) => (r.value - v) * (r.sin - s));
  const determinant = cc * ss - cs * cs;
  const a = (vc * ss - vs * cs) / determinant;
  const b = (vs * cc - vc * cs) / determinant;
  return { level: v - a * c - b * s, swing: Math.hypot(a, b) };
}

/** Patches of much contrast do not drown the others. */
function evenly(scales: readonly CleanEnergies[]): CleanEnergies[] {
  const weight = 1 / (total(scales[1]!.coarse) + 10);
  return scales.map(({ fine, coarse, doubt }) => ({
    fine: fine.map((energy) => energy * weight),
    coarse: coarse.map((energy) => energy * weight),
    doubt: doubt * weight,
  }));
}

function together(all: readonly (readonly CleanEnergies[])[]): CleanEnergies[] {
  return Array.from({ length: SCALES }, (_, scale) => {
    const [fine, coarse] = [new Float64Array(DIRECTIONS), new Float64Array(DIRECTIONS)];
    let doubt = 0;
    for (const scales of all) {
      const one = scales[scale]!;
      doubt += one.doubt;
      for (let i = 0; i < DIRECTIONS; i++) {
        fine[i]! += one.fine[i]!;
        coarse[i]! += one.coarse[i]!;
      }
    }
    return { fine, coarse, doubt };
  });
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

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const logit = (score: number): number => Math.log((score + 1e-3) / (1 - score + 1e-3));
