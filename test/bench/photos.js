/** Photos drawn for benchmarks. */
import sharp from 'sharp';

/** @typedef {{ width: number, height: number }} Size */

/**
 * Returns the size of a 3:2 photo.
 * @param {number} megapixels
 * @returns {Size}
 */
export function sizeOf(megapixels) {
  const width = Math.round(Math.sqrt(megapixels * 1.5) * 1000);
  return { width, height: Math.round((megapixels * 1e6) / width) };
}

/**
 * Writes a JPEG of band-limited noise: detail everywhere, none of it sharp, so that no tile is
 * skipped.
 * @param {string} path
 * @param {Size} size
 * @param {() => number} random Numbers from 0 to 1.
 */
export async function writeNoise(path, { width, height }, random) {
  const [w, h] = [Math.ceil(width / 4), Math.ceil(height / 4)];
  const noise = Uint8Array.from({ length: 3 * w * h }, () => 60 + 128 * random());
  await sharp(noise, { raw: { width: w, height: h, channels: 3 }, limitInputPixels: false })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .jpeg({ quality: 92 })
    .toFile(path);
}
