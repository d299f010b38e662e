/** The four ways of restoring that the pixel references and the comparison of two builds cover. */
import sharp from 'sharp';

/** @typedef {'whole' | 'mask' | 'hint' | 'half'} Mode */
/** @typedef {{ width: number, height: number }} Size */

/** @type {readonly Mode[]} */
export const MODES = ['whole', 'mask', 'hint', 'half'];

/** Share of the result in the mode `half`. */
export const HALF = 0.5;

/**
 * Returns the hinted rectangle: a quarter of the photo, left of its middle.
 * @param {Size} size
 */
export function hintOf({ width, height }) {
  const [w, h] = [width >> 1, height >> 1];
  return { x: width >> 3, y: height >> 2, w, h, strength: 0.8 };
}

/**
 * Writes a mask of a photo's size: an ellipse with a soft border, on black.
 * @param {Size} size
 * @param {string} path
 */
export async function writeMask({ width, height }, path) {
  const mask = new Uint8Array(width * height);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const radius = Math.hypot((x / width - 0.55) / 0.35, (y / height - 0.5) / 0.4);
      mask[i] = Math.max(0, Math.min(255, (1 - radius) * 1200));
    }
  }
  await sharp(mask, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toFile(path);
}

/**
 * Returns the command line's options of a mode.
 * @param {Mode} mode
 * @param {Size} size
 * @param {string} mask Path of the mask that `writeMask` wrote.
 * @returns {string[]}
 */
export function optionsOf(mode, size, mask) {
  if (mode === 'mask') return ['--mask', mask];
  if (mode === 'half') return ['--strength', String(HALF)];
  if (mode === 'whole') return [];
  const { x, y, w, h, strength } = hintOf(size);
  return ['--roi', [x, y, w, h, strength].join(',')];
}
