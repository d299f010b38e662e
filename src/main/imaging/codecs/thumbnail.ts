/** Small pictures of photos for the screen, without decoding more of the file than that takes. */
import { decodeSmall } from './decode.js';
import { encodeForDisplay, displayColour, type Picture } from '../colour/display.js';

/** At most `side` pixels along the long side, upright, in Display P3. Rejects as `openPhoto` does. */
export async function thumbnailOf(path: string, side: number): Promise<Picture> {
  const { info, ...image } = await decodeSmall(path, side);
  return encodeForDisplay(image, displayColour(info), false);
}
