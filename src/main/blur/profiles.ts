/** Fits values over direction: level + swing × cos 2(direction − strongest). */
import { sum } from '../../shared/core/math.js';
import { DIRECTIONS } from './edges.js';
import type { CleanEnergies } from './energies.js';

export interface Profile {
  readonly level: number;
  /** Swing as a vector of the doubled angle: opposite directions are the same. */
  readonly cos: number;
  readonly sin: number;
}

/** Returns the log share of an edge's energy at the finer scale: low for soft edges. */
export function sharpness(energies: CleanEnergies): Profile {
  const { fine, coarse, doubt } = energies;
  const floor = floorOf(energies);
  const weights = weightsOf(energies);
  return fitHarmonic(
    coarse.map((_, i) => Math.log((fine[i]! + floor / 20 + doubt) / weights[i]!)),
    weights,
  );
}

/** Returns the log gain of edges by the network, which restores them along the motion. */
export function gain(before: CleanEnergies, after: CleanEnergies): Profile {
  const least = floorOf(before) / 20 + before.doubt;
  const values = before.fine.map((energy, i) =>
    Math.log((after.fine[i]! + least) / (energy + least)),
  );
  return fitHarmonic(values, weightsOf(before));
}

export const swing = ({ cos, sin }: Profile): number => Math.hypot(cos, sin);

/** Returns the component of the first profile's swing along the second's. */
export const swingAlong = (one: Profile, other: Profile): number =>
  dot(one, other) / (swing(other) + HARDLY);

/** Returns the agreement of two swings: positive if alike, negative if opposite. */
export const agreement = (one: Profile, other: Profile): number =>
  dot(one, other) / (swing(one) + swing(other) + HARDLY);

/** Length of a swing that is too small to have a direction. */
const HARDLY = 0.05;

const dot = (one: Profile, other: Profile): number => one.cos * other.cos + one.sin * other.sin;

/** Energy below which a direction hardly counts: a hundredth of all edges. */
const floorOf = ({ coarse }: CleanEnergies): number => (0.01 * sum(coarse)) / DIRECTIONS;

function weightsOf(energies: CleanEnergies): Float64Array {
  const least = floorOf(energies) + energies.doubt;
  return energies.coarse.map((energy) => energy + least);
}

/** Strength of the prior that pulls the fit towards no swing. */
const CALM_SWING = 0.08;

const ANGLES = Array.from({ length: DIRECTIONS }, (_, i) => (2 * Math.PI * (i + 0.5)) / DIRECTIONS);
const COS = ANGLES.map(Math.cos);
const SIN = ANGLES.map(Math.sin);

/** Fits by least squares, weighted by the energy in each direction. */
function fitHarmonic(values: Float64Array, weights: Float64Array): Profile {
  const whole = sum(weights);
  const average = (of: (i: number) => number): number =>
    weights.reduce((added, weight, i) => added + weight * of(i), 0) / whole;
  const v = average((i) => values[i]!);
  const c = average((i) => COS[i]!);
  const s = average((i) => SIN[i]!);
  const cc = average((i) => (COS[i]! - c) ** 2) + CALM_SWING;
  const ss = average((i) => (SIN[i]! - s) ** 2) + CALM_SWING;
  const cs = average((i) => (COS[i]! - c) * (SIN[i]! - s));
  const vc = average((i) => (values[i]! - v) * (COS[i]! - c));
  const vs = average((i) => (values[i]! - v) * (SIN[i]! - s));
  const determinant = cc * ss - cs * cs;
  const cos = (vc * ss - vs * cs) / determinant;
  const sin = (vs * cc - vc * cs) / determinant;
  return { level: v - cos * c - sin * s, cos, sin };
}
