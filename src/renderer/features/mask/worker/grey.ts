/** Grey bytes from a canvas's pixels. */

/** Luma times opacity: colours count by their brightness, what is transparent is black. As the command line reads masks. */
export function greyOf(pixels: Uint8ClampedArray, into: Uint8Array, from = 0): void {
  for (let i = 0, at = 0; at < pixels.length; i++, at += 4) {
    const luma = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114) / 1000;
    into[from + i] = Math.round((luma * pixels[at + 3]!) / 255);
  }
}
