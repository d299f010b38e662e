/** The encoders' settings, which follow the photo's own encoding. */
import type { Depth } from '../../../shared/contracts/restore.js';
import { grayOf, onWhite, withAlpha } from '../colour/flatten.js';
import { inDepth, type Samples } from '../colour/samples.js';
import { sharp } from './sharp.js';
import type { DecodedPhoto, PhotoFormat } from '../types.js';

/** Lowest JPEG quality that is copied from a source: a restored photo has more detail. */
const LEAST_OWN_QUALITY = 90;
/** Largest JPEG with optimal Huffman tables and progressive scans, which need 6 bytes per pixel. */
const WHOLE_JPEG_PIXELS = 32_000_000;

type Image = ReturnType<typeof sharp>;

/** Returns the picture to write: grey like the photo, with its alpha or on white, 8 or 16 bits. */
export function pictureOf(
  photo: DecodedPhoto,
  pixels: Samples,
  { alpha, depth }: { readonly alpha: boolean; readonly depth: Depth },
): Image {
  const { width, height } = photo;
  const colours = inDepth(pixels, depth);
  const opacity = photo.alpha === null ? null : inDepth(photo.alpha, depth);
  const shown = opacity === null || alpha ? colours : onWhite(colours, opacity);
  const { gray } = photo.info;
  const data = gray ? grayOf(shown, width * height) : shown;
  const channels = gray ? 1 : 3;
  const image =
    opacity !== null && alpha
      ? rawImage(withAlpha(data, channels, opacity), channels + 1)
      : rawImage(data, channels);
  const spaces = gray ? { 8: 'b-w', 16: 'grey16' } : { 8: 'srgb', 16: 'rgb16' };
  return image.toColourspace(spaces[depth]);

  function rawImage(samples: Samples, count: number): Image {
    const raw = { width, height, channels: count as 1 | 2 | 3 | 4 };
    return sharp(samples, { raw, limitInputPixels: false });
  }
}

/**
 * In lossless mode `quality` is an effort too. The defaults take half a second per megapixel, a
 * quarter of the network's time, and save a twelfth of the size.
 */
const FAST_LOSSLESS_WEBP = { lossless: true, exact: true, effort: 0, quality: 20 } as const;

/** Default quality; visually almost identical to the photo. */
const AVIF_QUALITY = 80;

/**
 * Encodes a PNG that has the metadata as AVIF: libheif then writes the metadata boxes, so that
 * nothing has to be spliced.
 */
export function throughPng(
  png: string,
  { info }: DecodedPhoto,
  depth: Depth,
  quality: number | null,
): Image {
  return sharp(png, { ignoreIcc: true, limitInputPixels: false })
    .keepMetadata()
    .toColourspace(depth === 16 ? 'rgb16' : 'srgb')
    .avif({
      quality: quality ?? AVIF_QUALITY,
      chromaSubsampling: info.format === 'jpeg' ? info.chromaSubsampling : '4:4:4',
      bitdepth: depth === 16 ? 12 : 8,
      effort: 3,
    });
}

/** Returns the encoder of a format (for AVIF an intermediate PNG). Default quality: `null`. */
export function encodedAs(
  format: PhotoFormat,
  picture: Image,
  photo: DecodedPhoto,
  quality: number | null,
): Image {
  const { info } = photo;
  const own = Math.max(LEAST_OWN_QUALITY, info.jpegQuality ?? LEAST_OWN_QUALITY);
  switch (format) {
    case 'jpeg': {
      // Keeps full colour resolution if the source has it.
      const chromaSubsampling = info.format === 'jpeg' ? info.chromaSubsampling : '4:4:4';
      const small = photo.width * photo.height <= WHOLE_JPEG_PIXELS;
      return picture.jpeg({
        quality: quality ?? own,
        chromaSubsampling,
        optimiseCoding: small,
        progressive: info.progressive && small,
      });
    }
    case 'avif':
      return picture.png({ compressionLevel: 1 });
    case 'png':
      return picture.png({ compressionLevel: 6, progressive: false });
    case 'webp':
      return info.lossless ||
        (quality === null && (info.format === 'png' || info.format === 'tiff'))
        ? picture.webp(FAST_LOSSLESS_WEBP)
        : picture.webp({ quality: quality ?? own });
    case 'tiff':
      return picture.tiff({ compression: 'deflate', predictor: 'horizontal' });
  }
}
