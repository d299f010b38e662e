/**
 * Computes the signs of blur in patches, and in parts of a photo where edges of every direction
 * come together: sharpness of the edges, its dependence on direction and, with a network, the
 * expected error and the restored edges. Motion and defocus soften alike, but a network restores
 * edges in one direction only after motion.
 */
import { mean, sum } from '../../shared/core/math.js';
import type { PatchEdges } from './edges.js';
import { denoised, noiseOf, together, type CleanEnergies } from './energies.js';
import { agreement, gain, sharpness, swing, swingAlong } from './profiles.js';

/** Measurements of one patch, before noise is removed. */
export interface PatchMeasurement {
  readonly edges: PatchEdges;
  /** `null` without a network. */
  readonly network: NetworkMeasurement | null;
}

interface NetworkMeasurement {
  /** Mean difficulty as a share of the network's range. */
  readonly difficulty: number;
  /** Edge energies after the first stage. */
  readonly restored: PatchEdges;
  /** Length of the blur in pixels; `null` = not moved, or unknown. */
  readonly extent: number | null;
}

interface RegionSigns {
  readonly patches: readonly (readonly number[])[];
  /** Signs of parts of a quarter of the photo; the last one is the whole photo. */
  readonly parts: readonly (readonly number[])[];
}

interface Region {
  readonly edges: readonly CleanEnergies[];
  readonly network: {
    /** Logarithm of the expected error relative to the contrast. */
    readonly expected: number;
    readonly restored: readonly CleanEnergies[];
  } | null;
}

/** Takes all patches of a photo, row by row; all or none with a network's measurements. */
export function regionSigns(measured: readonly PatchMeasurement[], columns: number): RegionSigns {
  const regions = regionsOf(measured);
  const parts = [...quarters(regions, columns), regions].map((part) => signsOf(joined(part)));
  return { patches: regions.map(signsOf), parts };
}

function regionsOf(measured: readonly PatchMeasurement[]): Region[] {
  const noise = noiseOf(measured.map(({ edges }) => edges));
  const noiseLeft = noiseOf(measured.flatMap(({ network }) => network?.restored ?? []));
  return measured.map(({ edges, network }) => ({
    edges: denoised(edges.scales, noise),
    network: network && {
      expected:
        Math.log(network.difficulty + 1e-4) - 0.5 * Math.log(sum(edges.scales[0]!.coarse) + 1),
      restored: denoised(network.restored.scales, noiseLeft),
    },
  }));
}

/** Returns overlapping parts of about a quarter of the photo. */
function quarters(patches: readonly Region[], columns: number): Region[][] {
  const spans = (length: number): [number, number][] => {
    const size = Math.ceil(length / 2);
    const step = Math.max(1, Math.floor(size / 2));
    const count = Math.floor((length - size) / step) + 1;
    return Array.from({ length: count }, (_, i) => [i * step, i * step + size]);
  };
  return spans(Math.ceil(patches.length / columns)).flatMap(([top, bottom]) =>
    spans(columns).map(([left, right]) =>
      patches.filter((_, i) => {
        const [x, y] = [i % columns, Math.floor(i / columns)];
        return x >= left && x < right && y >= top && y < bottom;
      }),
    ),
  );
}

/** Joins patches with weights that keep high contrast from dominating. */
function joined(regions: readonly Region[]): Region {
  const weights = regions.map(({ edges }) => 1 / (sum(edges[1]!.coarse) + 10));
  const edges = together(
    regions.map((region) => region.edges),
    weights,
  );
  const networks = regions.flatMap(({ network }) => network ?? []);
  if (networks.length < regions.length) return { edges, network: null };
  const restored = together(
    networks.map((network) => network.restored),
    weights,
  );
  return { edges, network: { expected: mean(networks.map(({ expected }) => expected)), restored } };
}

function signsOf({ edges, network }: Region): number[] {
  const own = edges.map(sharpness);
  const signs = own.flatMap((profile) => [profile.level, swing(profile)]);
  signs.push(agreement(own[0]!, own[1]!));
  if (network === null) return signs;
  const gains = edges.map((before, scale) => gain(before, network.restored[scale]!));
  signs.push(network.expected, agreement(gains[0]!, gains[1]!));
  return [
    ...signs,
    ...gains.flatMap((profile, scale) => [profile.level, swingAlong(profile, own[scale]!)]),
  ];
}
