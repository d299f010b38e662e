/** Converts RGB to grey, transparent pixels to opaque ones, and adds an alpha channel. */
import { emptyLike, whiteOf, type Samples } from './samples.js';

/** Returns grey samples, exact where the three channels are equal. */
export function grayOf<T extends Samples>(pixels: T, count: number): T {
  const gray = emptyLike(pixels, count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    gray[i] = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114 + 500) / 1000;
  }
  return gray;
}

/** Composites transparent pixels on white; both inputs have the same depth. */
export function onWhite<T extends Samples>(pixels: T, alpha: T): T {
  const out = emptyLike(pixels, pixels.length);
  const white = whiteOf(pixels);
  for (let i = 0, at = 0; i < alpha.length; i++) {
    const a = alpha[i]!;
    for (const end = at + 3; at < end; at++) {
      out[at] = (pixels[at]! * a + white * (white - a) + (white >> 1)) / white;
    }
  }
  return out;
}

/** Interleaves `channels` samples per pixel with alpha; both inputs have the same depth. */
export function withAlpha<T extends Samples>(pixels: T, channels: number, alpha: T): T {
  const out = emptyLike(pixels, alpha.length * (channels + 1));
  for (let i = 0, from = 0, to = 0; i < alpha.length; i++) {
    for (const end = from + channels; from < end; from++, to++) out[to] = pixels[from]!;
    out[to++] = alpha[i]!;
  }
  return out;
}
