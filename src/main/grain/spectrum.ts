/** Spectra of blocks of noise, and the filter that gives white noise such a spectrum. */
import { mean } from '../../shared/core/math.js';
import { SIDE } from './blocks.js';

const AREA = SIDE * SIDE;
const COS = Float64Array.from({ length: SIDE }, (_, i) => Math.cos((2 * Math.PI * i) / SIDE));
const SIN = Float64Array.from({ length: SIDE }, (_, i) => Math.sin((2 * Math.PI * i) / SIDE));

/** Share of white noise at frequency k of a row that remains without the slope of the row. */
const REMAINING = Float64Array.from({ length: SIDE }, (_, k) => {
  const slope = Float64Array.from({ length: SIDE }, (_, x) => x - (SIDE - 1) / 2);
  const squares = slope.reduce((sum, value) => sum + value * value, 0);
  const re = slope.reduce((sum, value, x) => sum + value * COS[(k * x) % SIDE]!, 0);
  const im = slope.reduce((sum, value, x) => sum + value * SIN[(k * x) % SIDE]!, 0);
  return 1 - (re * re + im * im) / (SIDE * squares);
});

/** Sum of the power spectra of blocks without mean and slopes. */
export class SpectrumSum {
  readonly power = new Float64Array(AREA);
  private readonly re = new Float64Array(AREA);
  private readonly im = new Float64Array(AREA);

  add(values: Float64Array): void {
    const { re, im, power } = this;
    for (let y = 0; y < SIDE; y++) {
      for (let k = 0; k < SIDE; k++) {
        let [a, b] = [0, 0];
        for (let x = 0; x < SIDE; x++) {
          const value = values[y * SIDE + x]!;
          a += value * COS[(k * x) % SIDE]!;
          b -= value * SIN[(k * x) % SIDE]!;
        }
        re[y * SIDE + k] = a;
        im[y * SIDE + k] = b;
      }
    }
    for (let l = 0; l < SIDE; l++) {
      for (let k = 0; k < SIDE; k++) {
        let [a, b] = [0, 0];
        for (let y = 0; y < SIDE; y++) {
          const [cos, sin] = [COS[(l * y) % SIDE]!, SIN[(l * y) % SIDE]!];
          a += re[y * SIDE + k]! * cos + im[y * SIDE + k]! * sin;
          b += im[y * SIDE + k]! * cos - re[y * SIDE + k]! * sin;
        }
        power[l * SIDE + k] = power[l * SIDE + k]! + a * a + b * b;
      }
    }
  }
}

/** Returns the power with mean 1; what mean and slopes took out is filled in. */
export function powerOf({ power }: SpectrumSum): Float64Array {
  const whole = power.map((value, i) => {
    const [l, k] = [Math.floor(i / SIDE), i % SIDE];
    if (l > 0 && k > 0) return value;
    return value / (REMAINING[l + k]! || 1);
  });
  whole[0] = (whole[1]! + whole[SIDE]!) / 2;
  const middle = mean(whole);
  return whole.map((value) => (middle === 0 ? 1 : value / middle));
}

/**
 * Returns the part of a power spectrum that networks remove. They keep slow noise: half of it at a
 * period of 8 px, a tenth at 4 px (measured with ADN at ISO 100 and 6400).
 */
export function removedPower(power: Float64Array): Float64Array {
  return power.map((value, i) => {
    const [l, k] = [Math.floor(i / SIDE), i % SIDE];
    const squared = Math.min(l, SIDE - l) ** 2 + Math.min(k, SIDE - k) ** 2;
    return value * (1 - (1 + squared) ** -1.3);
  });
}

/** Weight of a pixel at an offset, in 1/1024. */
interface Tap {
  readonly dx: number;
  readonly dy: number;
  readonly weight: number;
}

/**
 * Returns the symmetric filter whose output from white noise has a power spectrum: the inverse
 * transform of its square root. Weights are whole numbers, so that all machines get the same ones.
 */
export function filterOf(power: Float64Array): Tap[] {
  const taps: Tap[] = [];
  for (let dy = -SIDE / 2; dy < SIDE / 2; dy++) {
    for (let dx = -SIDE / 2; dx < SIDE / 2; dx++) {
      let sum = 0;
      power.forEach((value, i) => {
        const turn = Math.floor(i / SIDE) * (dy + SIDE) + (i % SIDE) * (dx + SIDE);
        sum += Math.sqrt(value) * COS[turn % SIDE]!;
      });
      const weight = Math.round((1024 * sum) / AREA);
      // Smaller ones add less than a thousandth of the power, and time.
      if (Math.abs(weight) > 16) taps.push({ dx, dy, weight });
    }
  }
  return taps;
}
