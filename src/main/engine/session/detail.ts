/**
 * Mixing the first look so that it is nowhere softer than the input. Scaling a photo down shrinks its blur, often to nothing,
 * and a network that looks for blur may then smooth what is sharp.
 *
 * Detail is the mean absolute difference of the luma from its 5 × 5 mean, taken over 9 × 9 pixels. Where the network's picture
 * has no more of it than the input the input stays, byte for byte; where it has clearly more (`GAIN`) the network's is taken;
 * in between they are mixed.
 */
import type { RgbPixels } from '../../imaging/index.js';

/** Levels of 255, and a share of the input's detail: how much more counts as clearly more. */
const GAIN = { levels: 0.25, share: 0.05 };

export function keepDetail(input: RgbPixels, restored: RgbPixels): RgbPixels {
  const { width, height } = input;
  const before = detailOf(input);
  const after = detailOf(restored);
  const data = new Uint8Array(input.data.length);
  for (let i = 0; i < before.length; i++) {
    const gain = (after[i]! - before[i]!) / (GAIN.levels + GAIN.share * before[i]!);
    const share = gain < 0 ? 0 : gain > 1 ? 1 : gain;
    for (let at = i * 3; at < i * 3 + 3; at++) {
      data[at] = input.data[at]! + share * (restored.data[at]! - input.data[at]!) + 0.5;
    }
  }
  return { width, height, data };
}

function detailOf({ width, height, data }: RgbPixels): Float32Array {
  const luma = new Float32Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
    luma[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  const mean = boxMean(luma, width, height, 2);
  for (let i = 0; i < luma.length; i++) luma[i] = Math.abs(luma[i]! - mean[i]!);
  return boxMean(luma, width, height, 4);
}

/** Mean over (2r + 1)², of what of it lies inside. */
function boxMean(values: Float32Array, width: number, height: number, r: number): Float32Array {
  const rows = new Float32Array(values.length);
  for (let y = 0; y < height; y++) meanAlong(values, rows, y * width, 1, width, r);
  const out = new Float32Array(values.length);
  for (let x = 0; x < width; x++) meanAlong(rows, out, x, width, height, r);
  return out;
}

function meanAlong(
  from: Float32Array,
  to: Float32Array,
  start: number,
  step: number,
  length: number,
  r: number,
): void {
  let sum = 0;
  for (let i = 0; i < Math.min(r, length); i++) sum += from[start + i * step]!;
  for (let i = 0; i < length; i++) {
    if (i + r < length) sum += from[start + (i + r) * step]!;
    if (i - r - 1 >= 0) sum -= from[start + (i - r - 1) * step]!;
    to[start + i * step] = sum / (Math.min(length - 1, i + r) - Math.max(0, i - r) + 1);
  }
}
