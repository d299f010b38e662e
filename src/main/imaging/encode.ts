/** Writing restored photos: same format, profile, metadata and resolution as the photo they came from. */
import { rm } from 'node:fs/promises';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import type { Depth, OutputFormat } from '../../shared/restore.js';
import { writeAtomically } from './atomic.js';
import { grayOf, onWhite, withAlpha } from './flatten.js';
import { metadataFor, resolutionInExif } from './metadata.js';
import { depthOf, inDepth, inSixteenBits, type Samples } from './samples.js';
import { sharp } from './sharp.js';
import { formatOfExtension } from './sniff.js';
import { splice } from './splice.js';
import type { DecodedPhoto, EncodeOptions, Encoded, PhotoFormat } from './types.js';

/** A restored photo has more detail than its source: a poor source's quality would take it away again. */
const LEAST_OWN_QUALITY = 90;
/** Optimal Huffman tables and progressive scans need all coefficients in memory: 6 bytes a pixel. */
const WHOLE_JPEG_PIXELS = 32_000_000;
const WEBP_MAX_SIDE = 16383;
const JPEG_MAX_SIDE = 65535;

type Image = ReturnType<typeof sharp>;

const NEVER = new AbortController().signal;

/** `pixels` are RGB, interleaved, as `photo.data` or of another depth. Aborted, it rejects at once and leaves no file. */
export async function encodePhoto(
  photo: DecodedPhoto,
  pixels: Samples,
  options: EncodeOptions,
  outPath: string,
  signal: AbortSignal = NEVER,
): Promise<Encoded> {
  const format = checkEncodable(photo, options.format ?? null, outPath);
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const kept = metadataFor(photo.info.metadata, options.metadata ?? 'all', photo, warn);
  const metadata = format === 'webp' || format === 'avif' ? resolutionInExif(kept) : kept;
  if (format !== 'jpeg' && format !== 'tiff' && (metadata.iptc?.length ?? 0) > 0) {
    warn(`${format.toUpperCase()} has no place for IPTC captions: they were left out.`);
  }
  const depth = outputDepth(photo, format, options.depth ?? null);
  const lost = Math.max(options.depth ?? 0, depthOf(photo.data)) === 16 && depth === 8;
  if (lost && options.depth !== 8) {
    warn(`${format.toUpperCase()} has no 16 bits per channel: it was written with 8.`);
  }
  const alpha = photo.alpha !== null && format !== 'jpeg';
  if (photo.alpha !== null && !alpha) warn('JPEG has no transparency: it was laid on white.');
  const path = await writeAtomically(
    outPath,
    options.onExist ?? 'rename',
    async (file, another) => {
      const carrier = format === 'avif' ? 'png' : format;
      const image = compose(photo, pixels, alpha, depth);
      const encoding = encoder(image, format, photo, options.quality ?? null).toFile(file);
      await unlessAborted(signal, encoding, file);
      const target = another();
      const context = { metadata, width: photo.width, height: photo.height, alpha, warn };
      const spliced = (await splice(carrier, file, target, context)) ? target : file;
      throwIfAborted(signal);
      if (carrier === format) return spliced;
      const final = another();
      const last = avifOf(spliced, photo, depth, options.quality ?? null).toFile(final);
      await unlessAborted(signal, last, final);
      return final;
    },
  );
  return { path, warnings };
}

/** The encoder cannot be stopped: abandoned, it goes on to its end, and its file is removed then. */
async function unlessAborted(
  signal: AbortSignal,
  encoding: Promise<unknown>,
  file: string,
): Promise<void> {
  let abandon: () => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    abandon = () => {
      const removed = () => rm(file, { force: true }).catch(() => undefined);
      void encoding.then(removed, removed);
      reject(new UnsmearError('cancelled', 'Cancelled.'));
    };
  });
  signal.addEventListener('abort', abandon, { once: true });
  try {
    if (signal.aborted) abandon();
    await Promise.race([encoding, abandoned]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}

/** The format of the output, or the reason why there can be none: also before anything is restored. */
export function checkEncodable(
  photo: DecodedPhoto,
  wanted: OutputFormat | null,
  outPath: string,
): PhotoFormat {
  const format = outputFormat(photo, wanted, outPath);
  refuseTooLong(photo, format);
  return format;
}

/** Formats that carry 16 bits, AVIF 12 of them. */
const DEEP: readonly PhotoFormat[] = ['png', 'tiff', 'avif'];

/** Bits per sample of the output. */
function outputDepth(photo: DecodedPhoto, format: PhotoFormat, wanted: Depth | null): Depth {
  return DEEP.includes(format) ? (wanted ?? depthOf(photo.data)) : 8;
}

/**
 * The photo's colours, to which a result is added, as finely as the output can hold them: then a gradient that was restored
 * has more levels than that of an 8-bit photo.
 */
export function coloursFor(
  photo: DecodedPhoto,
  { format, depth }: Pick<EncodeOptions, 'format' | 'depth'>,
  outPath: string,
): Samples {
  const written = outputFormat(photo, format ?? null, outPath);
  return outputDepth(photo, written, depth ?? null) === 16 ? inSixteenBits(photo.data) : photo.data;
}

/** What a path and the options amount to. */
function outputFormat(
  photo: { info: { format: PhotoFormat } },
  wanted: OutputFormat | null,
  outPath: string,
): PhotoFormat {
  return wanted ?? formatOfExtension(outPath) ?? photo.info.format;
}

function refuseTooLong(photo: DecodedPhoto, format: PhotoFormat): void {
  const limit = format === 'webp' ? WEBP_MAX_SIDE : format === 'jpeg' ? JPEG_MAX_SIDE : Infinity;
  if (Math.max(photo.width, photo.height) <= limit) return;
  throw new UnsmearError(
    'image-too-large',
    `A ${format.toUpperCase()} file is at most ${limit} pixels long.`,
    {
      hint: 'Choose --format png or tiff.',
    },
  );
}

function compose(photo: DecodedPhoto, pixels: Samples, alpha: boolean, depth: Depth): Image {
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
 * In lossless mode `quality` too says only how hard to try. At its defaults the encoder takes half a second per megapixel,
 * a quarter of the network's time, for files that are a twelfth smaller.
 */
const FAST_LOSSLESS_WEBP = { lossless: true, exact: true, effort: 0, quality: 20 } as const;

/** Of what is written without a wish: hardly told from the photo, at a third of a JPEG's size. */
const AVIF_QUALITY = 80;

/**
 * A PNG with its metadata as AVIF. libheif writes the boxes that hold them, so that there is nothing to splice; of a raw
 * picture it would know none.
 */
function avifOf(png: string, { info }: DecodedPhoto, depth: Depth, quality: number | null): Image {
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

function encoder(
  image: Image,
  format: PhotoFormat,
  photo: DecodedPhoto,
  quality: number | null,
): Image {
  const { info } = photo;
  const own = Math.max(LEAST_OWN_QUALITY, info.jpegQuality ?? LEAST_OWN_QUALITY);
  switch (format) {
    case 'jpeg': {
      // Sources that keep full colour resolution, and every lossless one, keep it.
      const chromaSubsampling = info.format === 'jpeg' ? info.chromaSubsampling : '4:4:4';
      const small = photo.width * photo.height <= WHOLE_JPEG_PIXELS;
      return image.jpeg({
        quality: quality ?? own,
        chromaSubsampling,
        optimiseCoding: small,
        progressive: info.progressive && small,
      });
    }
    case 'avif':
      return image.png({ compressionLevel: 1 });
    case 'png':
      return image.png({ compressionLevel: 6, progressive: false });
    case 'webp':
      return info.lossless || (quality === null && info.format !== 'webp' && info.format !== 'jpeg')
        ? image.webp(FAST_LOSSLESS_WEBP)
        : image.webp({ quality: quality ?? own });
    case 'tiff':
      return image.tiff({ compression: 'deflate', predictor: 'horizontal' });
  }
}
