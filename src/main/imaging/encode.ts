/** Writing restored photos: same format, profile, metadata and resolution as the photo they came from. */
import { rm } from 'node:fs/promises';
import { throwIfAborted, UnsmearError } from '../../shared/errors.js';
import type { OutputFormat } from '../../shared/restore.js';
import { writeAtomically } from './atomic.js';
import { grayOf, onWhite } from './flatten.js';
import { metadataFor } from './metadata.js';
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

/** `pixels` are RGB, interleaved, as `photo.data`. Aborted, it rejects at once and leaves no file. */
export async function encodePhoto(
  photo: DecodedPhoto,
  pixels: Uint8Array,
  options: EncodeOptions,
  outPath: string,
  signal: AbortSignal = NEVER,
): Promise<Encoded> {
  const format = checkEncodable(photo, options.format ?? null, outPath);
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const metadata = metadataFor(photo.info.metadata, options.metadata ?? 'all', photo, warn);
  if ((format === 'png' || format === 'webp') && (metadata.iptc?.length ?? 0) > 0) {
    warn(`${format.toUpperCase()} has no place for IPTC captions: they were left out.`);
  }
  const alpha = photo.alpha !== null && format !== 'jpeg';
  if (photo.alpha !== null && !alpha) warn('JPEG has no transparency: it was laid on white.');
  const path = await writeAtomically(
    outPath,
    options.onExist ?? 'rename',
    async (file, another) => {
      const image = compose(photo, pixels, alpha);
      const encoding = encoder(image, format, photo, options.quality ?? null).toFile(file);
      await unlessAborted(signal, encoding, file);
      const target = another();
      const context = { metadata, width: photo.width, height: photo.height, alpha, warn };
      const spliced = await splice(format, file, target, context);
      throwIfAborted(signal);
      return spliced ? target : file;
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

/** What a path and the options amount to. */
function outputFormat(
  photo: { info: { format: PhotoFormat } },
  wanted: OutputFormat | null,
  outPath: string,
): PhotoFormat {
  const format = wanted ?? formatOfExtension(outPath) ?? photo.info.format;
  if (format === 'avif') {
    throw new UnsmearError('format-unsupported', 'AVIF files cannot be written yet.', {
      hint: 'Choose jpeg, png, webp or tiff.',
    });
  }
  return format;
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

function compose(photo: DecodedPhoto, pixels: Uint8Array, alpha: boolean): Image {
  const { width, height } = photo;
  const raw = (data: Uint8Array, channels: 1 | 3): Image =>
    sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  const image = photo.info.gray
    ? raw(grayOf(pixels, width * height), 1).toColourspace('b-w')
    : raw(pixels, 3);
  if (photo.alpha === null) return image;
  const join = { raw: { width, height, channels: 1 as const }, limitInputPixels: false };
  if (alpha)
    return image.joinChannel(
      Buffer.from(photo.alpha.buffer, photo.alpha.byteOffset, photo.alpha.length),
      join,
    );
  return raw(onWhite(pixels, photo.alpha), 3);
}

/**
 * In lossless mode `quality` too says only how hard to try. At its defaults the encoder takes half a second per megapixel,
 * a quarter of the network's time, for files that are a twelfth smaller.
 */
const FAST_LOSSLESS_WEBP = { lossless: true, exact: true, effort: 0, quality: 20 } as const;

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
