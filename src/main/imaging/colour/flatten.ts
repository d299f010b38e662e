/** Fewer channels, or one more: grey of RGB, RGB of what is transparent, and alpha put beside its colours. */
import { emptyLike, whiteOf, type Samples } from './samples.js';

/** Exact where the three are equal, as everywhere that a grey photo was left alone. */
export function grayOf<T extends Samples>(pixels: T, count: number): T {
  const gray = emptyLike(pixels, count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    gray[i] = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114 + 500) / 1000;
  }
  return gray;
}

/** Transparent pixels laid on white; both of the same depth. */
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

/** `channels` samples of each pixel, and its alpha behind them; both of the same depth. */
export function withAlpha<T extends Samples>(pixels: T, channels: number, alpha: T): T {
  const out = emptyLike(pixels, alpha.length * (channels + 1));
  for (let i = 0, from = 0, to = 0; i < alpha.length; i++) {
    for (const end = from + channels; from < end; from++, to++) out[to] = pixels[from]!;
    out[to++] = alpha[i]!;
  }
  return out;
}
