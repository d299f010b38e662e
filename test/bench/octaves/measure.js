/** Reads, writes and measures pictures: PSNR, whole or in an area, and gradient energy. */
import { rename } from 'node:fs/promises';
import sharp from 'sharp';

/**
 * @typedef {import('../photos.js').Size} Size
 * @typedef {import('./linear-light.js').Picture} Picture
 */

/** PSNR of equal pictures in dB, as `unsmear evaluate` counts them. */
const EQUAL = 100;

/**
 * Reads a photo as 8-bit RGB.
 * @param {string} path
 * @returns {Promise<Picture>}
 */
export async function readPicture(path) {
  const image = sharp(path, { limitInputPixels: false }).autoOrient().removeAlpha();
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${path} is not a colour photo.`);
  return { width: info.width, height: info.height, data };
}

/**
 * Writes a picture: as PNG, or as JPEG of quality 95 without subsampling. The file
 * appears whole or not at all.
 * @param {string} path
 * @param {Picture} picture
 */
export async function writePicture(path, { width, height, data }) {
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  const encoded = path.endsWith('.png')
    ? image.png({ compressionLevel: 1 })
    : image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' });
  await encoded.toFile(`${path}.tmp`);
  await rename(`${path}.tmp`, path);
}

/**
 * Returns the PSNR of two pictures of equal size in dB, over all colours.
 * @param {Picture} a
 * @param {Picture} b
 * @param {number} inset Width in pixels of the border that is left out.
 * @param {((i: number) => boolean) | null} where Whether a pixel counts; `null` = all do.
 */
export function psnr(a, b, inset, where = null) {
  if (a.width !== b.width || a.height !== b.height) throw new Error('Sizes of pictures differ.');
  let [sum, count] = [0, 0];
  for (let y = inset; y < a.height - inset; y++) {
    for (let x = inset; x < a.width - inset; x++) {
      const i = y * a.width + x;
      if (where !== null && !where(i)) continue;
      for (let c = 3 * i; c < 3 * i + 3; c++) sum += (a.data[c] - b.data[c]) ** 2;
      count += 3;
    }
  }
  if (count === 0) throw new Error('No pixel to compare: the picture is too small.');
  return sum === 0 ? EQUAL : 10 * Math.log10((255 ** 2 * count) / sum);
}

/**
 * Returns the mean squared difference between neighbours, to the right and below.
 * @param {Float32Array} values One value per pixel.
 * @param {Size} size
 */
export function gradientEnergy(values, { width, height }) {
  let sum = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0, i = y * width; x < width - 1; x++, i++) {
      sum += (values[i + 1] - values[i]) ** 2 + (values[i + width] - values[i]) ** 2;
    }
  }
  return sum / ((width - 1) * (height - 1));
}
