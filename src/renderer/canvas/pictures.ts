/** Loads pictures by URL. */
import type { TileStore } from './tile-cache.js';

/**
 * Fetches and decodes a picture, honouring its colour profile. Rejects if the response is not OK.
 */
export async function loadPicture(signal: AbortSignal, url: string): Promise<ImageBitmap> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const picture = await createImageBitmap(await response.blob());
  if (signal.aborted) {
    picture.close();
    signal.throwIfAborted();
  }
  return picture;
}

export const BITMAP_STORE: TileStore<ImageBitmap> = {
  load: loadPicture,
  bytes: (picture) => picture.width * picture.height * 4,
  free: (picture) => picture.close(),
};
