/** A map of the network as a grid that a document can hold. */
import { loadPicture } from '../../../canvas/pictures.js';
import { encodeGrid, type GridData } from '../../../../shared/regions/index.js';
import { greyOf } from './grey.js';

/** Maps are coarse: more than this along the long side says nothing more. */
const MAX_SIDE = 1024;

/** Fetches the map at an address. */
export async function fetchMapGrid(signal: AbortSignal, url: string): Promise<GridData> {
  const picture = await loadPicture(signal, url);
  const share = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * share));
  const height = Math.max(1, Math.round(picture.height * share));
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('The browser gave no 2D context.');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  const grey = new Uint8Array(width * height);
  greyOf(context.getImageData(0, 0, width, height).data, grey);
  return encodeGrid(width, height, grey);
}
