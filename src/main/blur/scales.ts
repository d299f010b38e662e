/**
 * Reduces photos and patches, so that a network sees long blur short, and enlarges the change that
 * it makes to a patch.
 */
import { emptyLike, type RgbImage } from '../imaging/index.js';
import { SIDE } from './patches.js';

/** Returns a photo whose pixels are the means of `scale` × `scale` pixels. */
export function reducedPhoto({ data, width, height }: RgbImage, scale: number): RgbImage {
  if (scale === 1) return { data, width, height };
  const [w, h] = [Math.ceil(width / scale), Math.ceil(height / scale)];
  const out = emptyLike(data, w * h * 3);
  const sums = new Float64Array(w * 3);
  for (let row = 0; row < h; row++) {
    const [top, bottom] = [row * scale, Math.min(height, (row + 1) * scale)];
    sums.fill(0);
    for (let y = top; y < bottom; y++) {
      for (let x = 0, at = 3 * y * width; x < width; x++, at += 3) {
        const to = 3 * Math.floor(x / scale);
        sums[to] = sums[to]! + data[at]!;
        sums[to + 1] = sums[to + 1]! + data[at + 1]!;
        sums[to + 2] = sums[to + 2]! + data[at + 2]!;
      }
    }
    for (let i = 0; i < sums.length; i++) {
      const columns = Math.min(scale, width - Math.floor(i / 3) * scale);
      out[row * w * 3 + i] = Math.round(sums[i]! / ((bottom - top) * columns));
    }
  }
  return { data: out, width: w, height: h };
}

/** Halves a square patch [3,H,W] `octave` times by means of 2 × 2 pixels. */
export function reducedPatch(image: Float32Array, octave: number): Float32Array {
  if (octave === 0) return image;
  const side = Math.sqrt(image.length / 3);
  const half = side >> 1;
  const out = new Float32Array(3 * half * half);
  for (let row = 0; row < 3 * half; row++) {
    for (let x = 0; x < half; x++) {
      const at = 2 * row * side + 2 * x;
      const upper = image[at]! + image[at + 1]!;
      out[row * half + x] = (upper + image[at + side]! + image[at + side + 1]!) / 4;
    }
  }
  return reducedPatch(out, octave - 1);
}

/** Returns image + the bilinearly enlarged `after` − `before`, smaller by `octave` halvings. */
export function withChange(
  image: Float32Array,
  before: Float32Array,
  after: Float32Array,
  octave: number,
): Float32Array {
  const side = SIDE >> octave;
  const places = Array.from({ length: SIDE }, (_, i) => {
    const at = Math.min(Math.max((i + 0.5) / 2 ** octave - 0.5, 0), side - 1);
    const from = Math.floor(at);
    return { from, to: Math.min(from + 1, side - 1), share: at - from };
  });
  const change = after.map((value, i) => value - before[i]!);
  const out = new Float32Array(image.length);
  for (let row = 0; row < 3 * SIDE; row++) {
    const down = places[row % SIDE]!;
    const plane = Math.floor(row / SIDE) * side;
    const [upper, lower] = [(plane + down.from) * side, (plane + down.to) * side];
    for (let x = 0; x < SIDE; x++) {
      const { from, to, share } = places[x]!;
      const above = change[upper + from]! * (1 - share) + change[upper + to]! * share;
      const below = change[lower + from]! * (1 - share) + change[lower + to]! * share;
      const at = row * SIDE + x;
      out[at] = image[at]! + above * (1 - down.share) + below * down.share;
    }
  }
  return out;
}
