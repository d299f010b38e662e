/**
 * Grain that restored pixels get in place of the noise that the network removed.
 *
 * A change of deviation r in a block of noise of deviation s has removed a variance between r² (if
 * it took some frequencies whole) and s² - (s - r)² (if it took all of them in part). Grain of the
 * variance s × min(r, s) lies between both: within 10 % of the true deviation in either case. It
 * needs no calm surroundings, and where the change is smooth or none it is none. The change of
 * an edge is larger than s, so grain there is complete.
 */
import { mean } from '../../shared/core/math.js';
import { whiteOf, type Samples } from '../imaging/index.js';
import { blockVariance, FROM_RGB, SIDE } from './blocks.js';
import type { Noise } from './noise.js';
import { removedPower } from './spectrum.js';
import { CELL_BITS, hash, makeTexture, TEXTURE_ONE, TEXTURE_SIDE } from './texture.js';

/** Steps of a removed deviation, from none to the largest deviation of the photo's noise. */
const REMOVED_ONE = 63;

/** Deviation that a tile's change removed, by blocks, in steps. */
export interface Removed {
  readonly columns: number;
  readonly steps: Uint8Array;
}

/** A row of pixels of the photo, its change and its place. */
interface GrainRow {
  readonly pixels: Samples;
  /** Change, in samples once multiplied by `unit` and the mask. */
  readonly sums: Int32Array;
  readonly unit: number;
  /** Removed noise, in steps once multiplied by `stepUnit` and the mask. */
  readonly steps: Int32Array;
  readonly stepUnit: number;
  /** 8 bit; `null` = white. */
  readonly mask: Uint8Array | null;
  /** Place of the first pixel in the photo. */
  readonly x: number;
  readonly y: number;
}

export class Grain {
  /** Textures of Y, Cb and Cr, interleaved. */
  private readonly texture = new Int8Array(3 * TEXTURE_SIDE ** 2);
  /**
   * Factors on the textures in 8-bit levels, interleaved, by 256 × removed steps + lightness.
   */
  private readonly factors = new Float32Array(3 * 256 * (REMOVED_ONE + 1));
  private readonly known = new WeakMap<Int16Array, Removed>();
  private readonly largest: number;

  /** `amount`: factor on the deviation of the grain. */
  constructor(noise: Noise, amount: number) {
    this.largest = Math.max(...noise.deviations[0]!);
    noise.spectra.forEach((spectrum, c) => {
      const power = removedPower(spectrum);
      const unit = (amount * Math.sqrt(mean(power))) / TEXTURE_ONE;
      const deviations = this.deviationsOf(noise, c);
      deviations.forEach((deviation, i) => (this.factors[3 * i + c] = unit * deviation));
      makeTexture(power, c + 1).forEach((value, i) => (this.texture[3 * i + c] = value));
    });
  }

  /** Returns what a residual of `width` pixels a row, in units of 1/`scale` level, removed. */
  removedBy(residual: Int16Array, width: number, scale: number): Removed {
    const known = this.known.get(residual);
    if (known !== undefined) return known;
    const height = residual.length / 3 / width;
    const lightness = new Float32Array(width * height);
    const [red, green, blue] = FROM_RGB[0];
    for (let i = 0, k = 0; i < lightness.length; i++, k += 3) {
      lightness[i] = red * residual[k]! + green * residual[k + 1]! + blue * residual[k + 2]!;
    }
    const columns = Math.ceil(width / SIDE);
    const rows = Math.ceil(height / SIDE);
    const steps = new Uint8Array(columns * rows);
    for (let row = 0; row < rows; row++) {
      // The last block ends with the tile.
      const y = Math.max(0, Math.min(row * SIDE, height - SIDE));
      for (let column = 0; column < columns; column++) {
        const x = Math.max(0, Math.min(column * SIDE, width - SIDE));
        const deviation = Math.sqrt(blockVariance(lightness, y * width + x, width)) / scale;
        const share = Math.min(1, deviation / this.largest);
        steps[row * columns + column] = Math.round(REMOVED_ONE * share);
      }
    }
    const removed = { columns, steps };
    this.known.set(residual, removed);
    return removed;
  }

  /**
   * Writes a row of pixels with their change and grain, within the range of the samples. A pixel
   * with removed steps 0 comes out as without grain.
   */
  write({ pixels, sums, steps, mask, unit, stepUnit, x, y }: GrainRow, out: Samples): void {
    const { texture, factors } = this;
    const [ofRed, ofGreen, ofBlue] = FROM_RGB[0];
    const last = TEXTURE_SIDE - 1;
    const cell = (1 << CELL_BITS) - 1;
    const white = whiteOf(pixels);
    const toSamples = white / 255;
    const toLevels = 255 / white;
    let place = 0;
    for (let i = 0, k = 0; i < steps.length; i++, k += 3) {
      const share = mask === null ? unit : (unit * mask[i]!) / 255;
      let red = pixels[k]! + sums[k]! * share;
      let green = pixels[k + 1]! + sums[k + 1]! * share;
      let blue = pixels[k + 2]! + sums[k + 2]! * share;
      if (i === 0 || ((x + i) & cell) === 0) place = hash((x + i) >> CELL_BITS, y >> CELL_BITS);
      const lightness = (ofRed * red + ofGreen * green + ofBlue * blue) * toLevels;
      const step = (steps[i]! * (mask === null ? stepUnit : (stepUnit * mask[i]!) / 255) + 0.5) | 0;
      if (step > 0 && lightness > 0 && lightness < 255) {
        const at = 3 * ((step << 8) | lightness);
        const row = ((y + (place >>> 8)) & last) * TEXTURE_SIDE;
        const from = 3 * (row + ((x + i + place) & last));
        const luma = toSamples * factors[at]! * texture[from]!;
        const cb = toSamples * factors[at + 1]! * texture[from + 1]!;
        const cr = toSamples * factors[at + 2]! * texture[from + 2]!;
        red += luma + 1.402 * cr;
        green += luma - 0.344136 * cb - 0.714136 * cr;
        blue += luma + 1.772 * cb;
      }
      // Rounds positive values only; negative ones are clamped to 0.
      out[k] = red < 0 ? 0 : Math.min(white, (red + 0.5) | 0);
      out[k + 1] = green < 0 ? 0 : Math.min(white, (green + 0.5) | 0);
      out[k + 2] = blue < 0 ? 0 : Math.min(white, (blue + 0.5) | 0);
    }
  }

  /** Returns a component's deviations of grain by 256 × removed steps + lightness. */
  private deviationsOf({ deviations, rounding }: Noise, component: number): Float64Array {
    return Float64Array.from({ length: 256 * (REMOVED_ONE + 1) }, (_, i) => {
      const lightness = i & 255;
      const whole = deviations[0]![lightness]!;
      const share = Math.min(1, ((i >> 8) * this.largest) / REMOVED_ONE / whole);
      // Rounding the result adds its own noise again.
      const own = deviations[component]![lightness]! ** 2 - rounding * varianceOf(component);
      // Near black and white noise is cut off by the range.
      const room = Math.min(1, Math.min(lightness, 255 - lightness) / (2 * whole));
      return own <= 0 || whole === 0 ? 0 : room * Math.sqrt(own * share);
    });
  }
}

/** Returns the variance of a component by independent samples of variance 1. */
function varianceOf(component: number): number {
  return FROM_RGB[component]!.reduce((sum, weight) => sum + weight * weight, 0);
}
