/** Worker that reads and writes masks as pictures at the photo's size. */
import { GreyPng } from '../../../../shared/core/grey-png.js';
import {
  encodeGrid,
  rasteriseBands,
  type GridData,
  type PhotoSize,
  type RegionDocument,
} from '../../../../shared/regions/index.js';
import type { FileAnswer, FileRequest, FileTrouble, LoadedMask } from './file-protocol.js';
import { greyOf } from './map-grid.js';

/** The mask is stored in the sidecar as base64; a larger one would slow down every save. */
const MAX_PACKED = 8 << 20;
const BAND_ROWS = 512;

class Trouble extends Error {
  constructor(
    readonly trouble: FileTrouble,
    cause: string,
  ) {
    super(cause);
  }
}

addEventListener('message', ({ data }: MessageEvent<FileRequest>) => {
  const work =
    data.kind === 'load'
      ? load(data.file, data.photo).then((mask) => answer({ kind: 'loaded', mask }))
      : Promise.resolve().then(() => answer({ kind: 'saved', file: save(data) }));
  work.catch((error: unknown) => {
    const cause = error instanceof Error ? error.message : String(error);
    const trouble = error instanceof Trouble ? error.trouble : 'failed';
    answer({ kind: 'trouble', trouble, cause });
  });
});

function answer(message: FileAnswer): void {
  postMessage(message);
}

async function load(file: Blob, photo: PhotoSize): Promise<LoadedMask> {
  const options = { colorSpaceConversion: 'none', premultiplyAlpha: 'none' } as const;
  const picture = await createImageBitmap(file, options).catch((error: unknown) => {
    throw new Trouble('unreadable', String(error));
  });
  const size = { width: picture.width, height: picture.height };
  // More pixels than the photo has are useless.
  const share = Math.min(1, Math.sqrt((photo.width * photo.height) / (size.width * size.height)));
  for (let scale = share; ; scale /= 2) {
    const grid = readGrid(picture, scale);
    if (grid.data.length <= MAX_PACKED) return { grid, size };
  }
}

function readGrid(picture: ImageBitmap, scale: number): GridData {
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const rows = Math.min(height, BAND_ROWS);
  const context = new OffscreenCanvas(width, rows).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('The browser gave no 2D context.');
  context.imageSmoothingQuality = 'high';
  const grey = new Uint8Array(width * height);
  for (let y = 0; y < height; y += rows) {
    context.clearRect(0, 0, width, rows);
    context.drawImage(picture, 0, -y, width, height);
    const band = Math.min(rows, height - y);
    greyOf(context.getImageData(0, 0, width, band).data, grey, y * width);
  }
  if (!grey.some((value) => value > 0)) throw new Trouble('black', 'Every pixel is black.');
  return encodeGrid(width, height, grey);
}

function save({ regions, photo }: { regions: RegionDocument; photo: PhotoSize }): Blob {
  const { width, height } = photo;
  const png = new GreyPng(width, height);
  const view = { scale: 1, rect: { x: 0, y: 0, w: width, h: height } };
  for (const { rect, coverage } of rasteriseBands(regions, photo, view)) {
    png.add(coverage);
    answer({ kind: 'progress', done: (rect.y + rect.h) / height });
  }
  return new Blob([...png.finish()], { type: 'image/png' });
}
