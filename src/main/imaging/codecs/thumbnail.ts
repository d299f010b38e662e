/** Makes thumbnails, decoding no more of the file than needed. */
import { decodeSmall } from './decode.js';
import { encodeForDisplay, displayColour, type Picture } from '../colour/display.js';

/** Returns an upright picture of at most `side` pixels, in Display P3. Rejects as `openPhoto`. */
export async function thumbnailOf(path: string, side: number): Promise<Picture> {
  const { info, ...image } = await decodeSmall(path, side);
  return encodeForDisplay(image, displayColour(info), false);
}
