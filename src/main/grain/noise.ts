/**
 * Measures the noise of a photo in its calmest blocks: its deviation by lightness, as sensors have
 * it, and its spectrum, which demosaicing, noise reduction and JPEG have coloured.
 */
import { whiteOf, type RgbImage } from '../imaging/index.js';
import { blockVariance, flatten, FROM_RGB, SIDE } from './blocks.js';
import { powerOf, SpectrumSum } from './spectrum.js';

export interface Noise {
  /** Deviation of Y, Cb and Cr by lightness 0..255, in 8-bit levels. */
  readonly deviations: readonly Float64Array[];
  /** Power of Y, Cb and Cr at the frequencies of a block, with mean 1. */
  readonly spectra: readonly Float64Array[];
  /** Variance that rounding adds to each sample, in 8-bit levels squared. */
  readonly rounding: number;
}

/** Blocks that are measured at most: half a megapixel. */
const MEASURED = 8192;
/** Blocks whose spectrum is taken at most. */
const SPECTRA = 512;
const [RED, GREEN, BLUE] = FROM_RGB[0];
/** Number of bands of lightness, and blocks without which a band says nothing. */
const BANDS = 16;
const FEWEST = 24;
/** Variance below which a block is constant: black, or emptied by compression. */
const CONSTANT = 0.02;
/** Share of the blocks of a band that are surely without texture. */
const CALM_SHARE = 0.2;
/** Variance of calm blocks at most, over that of the noise. */
const CALM = 2.5;
/** A band of texture alone is limited to so much more than the calmest quarter of the others. */
const MOST = 3;

interface Block {
  /** First pixel. */
  readonly at: number;
  readonly band: number;
  /** Variance of Y, Cb and Cr. */
  readonly variances: readonly number[];
}

/** Returns the noise of a photo; `null` = too little is calm, or it has none. */
export function measureNoise(image: RgbImage): Noise | null {
  const byBand: Block[][] = Array.from({ length: BANDS }, () => []);
  for (const block of blocksOf(image)) byBand[block.band]!.push(block);
  const floors = byBand.map((blocks) =>
    blocks.length < FEWEST ? null : floorOf(blocks.map(({ variances }) => variances[0]!)),
  );
  const known = floors.flatMap((floor, i) => (floor === null ? [] : [[floor, i] as const]));
  if (known.length === 0) return null;
  const most = MOST * weightedQuartile(known.map(([floor, i]) => [floor, byBand[i]!.length]));
  const calm = byBand.map((blocks, i) => {
    const limit = CALM * Math.min(most, floors[i] ?? 0);
    return blocks.filter(({ variances }) => variances[0]! <= limit);
  });
  const deviations = FROM_RGB.map((_, c) =>
    byLightness(
      floors.map((floor, i) => {
        if (floor === null) return null;
        if (c === 0) return Math.min(most, floor);
        return floorOf(calm[i]!.map(({ variances }) => variances[c]!)) ?? 0;
      }),
    ),
  );
  const rounding = (255 / whiteOf(image.data)) ** 2 / 12;
  return { deviations, spectra: spectraOf(image, calm.flat()), rounding };
}

function* blocksOf(image: RgbImage): Generator<Block> {
  const { width, height } = image;
  const columns = Math.floor(width / SIDE);
  const count = columns * Math.floor(height / SIDE);
  const step = Math.ceil(count / MEASURED);
  const parts = FROM_RGB.map(() => new Float64Array(SIDE * SIDE));
  for (let i = 0; i < count; i += step) {
    const at = (Math.floor(i / columns) * width + (i % columns)) * SIDE;
    const lightness = readBlock(image, at, parts);
    // Clipped light has no noise, and a block partly clipped less than it should.
    if (lightness === null) continue;
    const variances = parts.map((values) => blockVariance(values, 0, SIDE));
    if (variances[0]! < CONSTANT) continue;
    yield { at, band: Math.floor((lightness * BANDS) / 256), variances };
  }
}

/**
 * Reads Y, Cb and Cr of the block at a pixel, in 8-bit levels. Returns its mean lightness; `null` =
 * some of its light is clipped.
 */
function readBlock(
  { width, data }: RgbImage,
  at: number,
  parts: readonly Float64Array[],
): number | null {
  const white = whiteOf(data);
  const toLevels = 255 / white;
  const [y, cb, cr] = parts as [Float64Array, Float64Array, Float64Array];
  let sum = 0;
  for (let row = 0, k = 0; row < SIDE; row++) {
    let from = 3 * (at + row * width);
    for (let column = 0; column < SIDE; column++, k++, from += 3) {
      const [r, g, b] = [data[from]!, data[from + 1]!, data[from + 2]!];
      if (r === white || g === white || b === white || r === 0 || g === 0 || b === 0) return null;
      const lightness = (RED * r + GREEN * g + BLUE * b) * toLevels;
      y[k] = lightness;
      cb[k] = (b * toLevels - lightness) / (2 - 2 * BLUE);
      cr[k] = (r * toLevels - lightness) / (2 - 2 * RED);
      sum += lightness;
    }
  }
  return sum / (SIDE * SIDE);
}

/**
 * Returns the variance of noise in blocks some of which have texture; `null` = no block. Begins
 * with the calmest and adds blocks as long as they can be noise alone: the mean of these does not
 * have the bias of a low quantile.
 */
function floorOf(variances: readonly number[]): number | null {
  if (variances.length === 0) return null;
  const sorted = Float64Array.from(variances).sort();
  let floor = sorted[Math.floor(CALM_SHARE * sorted.length)]!;
  for (let round = 0; round < 4; round++) {
    const calm = sorted.filter((variance) => variance <= CALM * floor);
    floor = calm.reduce((sum, variance) => sum + variance, 0) / Math.max(1, calm.length);
  }
  return floor;
}

/** Returns the value below which a quarter of the weight lies. */
function weightedQuartile(values: readonly (readonly [value: number, weight: number])[]): number {
  const sorted = values.toSorted(([a], [b]) => a - b);
  let left = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 4;
  return sorted.find(([, weight]) => (left -= weight) <= 0)![0];
}

/** Returns deviations for every lightness from the variances of bands; `null` = unknown. */
function byLightness(variances: readonly (number | null)[]): Float64Array {
  const known = variances.flatMap((variance, i) =>
    variance === null ? [] : [{ at: ((i + 0.5) * 256) / BANDS, variance }],
  );
  return Float64Array.from({ length: 256 }, (_, lightness) => {
    const next = known.findIndex(({ at }) => at > lightness);
    const after = known[next] ?? known.at(-1)!;
    const before = next === -1 ? after : (known[next - 1] ?? after);
    const share = after === before ? 0 : (lightness - before.at) / (after.at - before.at);
    return Math.sqrt(before.variance + share * (after.variance - before.variance));
  });
}

function spectraOf(image: RgbImage, calm: readonly Block[]): Float64Array[] {
  const sums = FROM_RGB.map(() => new SpectrumSum());
  const step = Math.ceil(calm.length / SPECTRA);
  const parts = FROM_RGB.map(() => new Float64Array(SIDE * SIDE));
  for (let i = 0; i < calm.length; i += step) {
    readBlock(image, calm[i]!.at, parts);
    parts.forEach((values, c) => {
      flatten(values);
      sums[c]!.add(values);
    });
  }
  return sums.map(powerOf);
}
