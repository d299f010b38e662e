/** Conversion of pictures between 8-bit sRGB and linear light (IEC 61966-2-1). */

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {Size & { data: Uint8Array }} Picture 8-bit sRGB, RGB interleaved.
 * @typedef {Float32Array} Plane One colour in linear light, 0 to 1, row by row.
 * @typedef {[red: Plane, green: Plane, blue: Plane]} Planes
 */

const STEPS = 1 << 16;

/**
 * Returns linear light, 0 to 1.
 * @param {number} encoded sRGB value, 0 to 1.
 */
export function toLinear(encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4;
}

/**
 * Returns the sRGB value, 0 to 1.
 * @param {number} linear Linear light, 0 to 1.
 */
export function toEncoded(linear) {
  return linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
}

const DECODED = Float32Array.from({ length: 256 }, (_, code) => toLinear(code / 255));
// At most 0.05 of an 8-bit code lies between two entries.
const ENCODED = Float32Array.from({ length: STEPS + 1 }, (_, i) => 255 * toEncoded(i / STEPS));

/**
 * Returns the colours of a picture in linear light.
 * @param {Picture} picture
 * @returns {Planes}
 */
export function decodePlanes({ data }) {
  /** @param {number} channel */
  const plane = (channel) => {
    const out = new Float32Array(data.length / 3);
    for (let i = 0, from = channel; i < out.length; i++, from += 3) out[i] = DECODED[data[from]];
    return out;
  };
  return [plane(0), plane(1), plane(2)];
}

/**
 * Returns the sRGB code of linear light, 0 to 255, not rounded; clips as a sensor does.
 * @param {number} linear
 */
export function codeOf(linear) {
  const i = linear * STEPS;
  return ENCODED[i <= 0 ? 0 : i >= STEPS ? STEPS : (i + 0.5) | 0];
}

/**
 * Returns the lightness of each pixel: the weighted mean of its sRGB codes (Rec. 601), 0 to 255.
 * @param {Picture} picture
 */
export function lightness({ data }) {
  const out = new Float32Array(data.length / 3);
  for (let i = 0, c = 0; i < out.length; i++, c += 3) {
    out[i] = 0.299 * data[c] + 0.587 * data[c + 1] + 0.114 * data[c + 2];
  }
  return out;
}
