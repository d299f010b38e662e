/** Loads pictures by address. */
import type { TileStore } from './tile-cache.js';

/** A picture as the canvas draws it; its colour profile is honoured. */
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

export const PICTURES: TileStore<ImageBitmap> = {
  load: loadPicture,
  bytes: (picture) => picture.width * picture.height * 4,
  free: (picture) => picture.close(),
};
