/** Reads masks: white is restored, grey in proportion. */
import { UnsmearError } from '../../../shared/core/errors.js';
import { inEightBits } from '../colour/samples.js';
import { decodeGray, decodePhoto } from './decode.js';
import { openPhoto } from './open-photo.js';

/**
 * Returns one byte per pixel: the luma, scaled by alpha, so that white strokes on a transparent
 * layer are a mask too. Throws if the size is not the photo's as displayed.
 */
export async function readMask(path: string, width: number, height: number): Promise<Uint8Array> {
  const image = await openPhoto(path);
  if (image.width !== width || image.height !== height) {
    throw new UnsmearError('mask-invalid', {
      reason: 'size',
      name: image.name,
      width: image.width,
      height: image.height,
      photoWidth: width,
      photoHeight: height,
    });
  }
  if (image.gray && !image.header.hasAlpha && image.format !== 'heic') return decodeGray(image);
  const photo = await decodePhoto(path);
  const data = inEightBits(photo.data);
  const alpha = photo.alpha === null ? null : inEightBits(photo.alpha);
  const mask = new Uint8Array(width * height);
  let most = 0;
  for (let i = 0, at = 0; i < mask.length; i++, at += 3) {
    const luma = (data[at]! * 299 + data[at + 1]! * 587 + data[at + 2]! * 114) / 1000;
    const value = Math.round((luma * (alpha === null ? 255 : alpha[i]!)) / 255);
    mask[i] = value;
    if (value > most) most = value;
  }
  if (most === 0 && alpha?.some((value) => value !== alpha[0]) === true) {
    throw new UnsmearError('mask-invalid', { reason: 'black', name: image.name });
  }
  return mask;
}
