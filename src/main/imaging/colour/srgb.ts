/** Transfer function of sRGB and Display P3 (IEC 61966-2-1), between values of 0..1. */

/** Returns the linear light of an encoded value. */
export function decodeSrgb(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** Encodes linear light. */
export function encodeSrgb(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}
