/** Noise of blocks of 8 × 8 pixels, in opponent colours: lightness and two colour differences. */

/** Side of a block in pixels. */
export const SIDE = 8;
/** Values of a block that are free once its mean and slopes are taken out. */
const FREE = SIDE * SIDE - 3;
/** Positions about the middle of a block, and the sum of their squares over a block. */
const ABOUT = Float64Array.from({ length: SIDE }, (_, i) => i - (SIDE - 1) / 2);
const SQUARES = SIDE * ABOUT.reduce((sum, x) => sum + x * x, 0);

/** Weights of red, green and blue in Y, Cb and Cr (JFIF), by component. */
export const FROM_RGB = [
  [0.299, 0.587, 0.114],
  [-0.168736, -0.331264, 0.5],
  [0.5, -0.418688, -0.081312],
] as const;

/**
 * Returns the variance of a block around its mean and slopes; `stride` = values from a row to the
 * next.
 */
export function blockVariance(values: ArrayLike<number>, start: number, stride: number): number {
  let [sum, squares, across, down] = [0, 0, 0, 0];
  for (let y = 0, from = start; y < SIDE; y++, from += stride) {
    let row = 0;
    for (let x = 0; x < SIDE; x++) {
      const value = values[from + x]!;
      row += value;
      squares += value * value;
      across += ABOUT[x]! * value;
    }
    sum += row;
    down += ABOUT[y]! * row;
  }
  const explained = (sum * sum) / (SIDE * SIDE) + (across * across + down * down) / SQUARES;
  return Math.max(0, squares - explained) / FREE;
}

/** Subtracts a block's mean and slopes from its 64 values. */
export function flatten(values: Float64Array): void {
  let [sum, across, down] = [0, 0, 0];
  values.forEach((value, i) => {
    sum += value;
    across += ABOUT[i % SIDE]! * value;
    down += ABOUT[Math.floor(i / SIDE)]! * value;
  });
  const [mean, slopeX, slopeY] = [sum / (SIDE * SIDE), across / SQUARES, down / SQUARES];
  for (let i = 0; i < values.length; i++) {
    const plane = mean + slopeX * ABOUT[i % SIDE]! + slopeY * ABOUT[Math.floor(i / SIDE)]!;
    values[i] = values[i]! - plane;
  }
}
