/** Fewer channels: grey of RGB, and RGB of what is transparent. */

/** Exact where the three are equal, as everywhere that a grey photo was left alone. */
export function grayOf(pixels: Uint8Array, count: number): Uint8Array {
  const gray = new Uint8Array(count);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    gray[i] = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114 + 500) / 1000;
  }
  return gray;
}

/** Transparent pixels laid on white. */
export function onWhite(pixels: Uint8Array, alpha: Uint8Array): Uint8Array {
  const out = new Uint8Array(pixels.length);
  for (let i = 0, at = 0; i < alpha.length; i++) {
    const a = alpha[i]!;
    for (const end = at + 3; at < end; at++)
      out[at] = (pixels[at]! * a + 255 * (255 - a) + 127) / 255;
  }
  return out;
}
