/** Converts a diagnostic map to a grid that the mask's document can store. */
import { loadPicture } from '../../../canvas/pictures.js';
import { type GridData, encodeGrid } from '../../../../shared/regions/index.js';

/** Maps are coarse; more pixels along the long side add no information. */
const MAX_SIDE = 1024;

/** Fetches a map as a grid. */
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

/** Converts RGBA to luma times opacity, like the command line reads masks. */
export function greyOf(pixels: Uint8ClampedArray, into: Uint8Array, from = 0): void {
  for (let i = 0, at = 0; at < pixels.length; i++, at += 4) {
    const luma = (pixels[at]! * 299 + pixels[at + 1]! * 587 + pixels[at + 2]! * 114) / 1000;
    into[from + i] = Math.round((luma * pixels[at + 3]!) / 255);
  }
}
