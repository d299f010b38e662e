/** Writes restored photos with the format, profile, metadata and resolution of their sources. */
import { rm } from 'node:fs/promises';
import { NEVER, unlessAborted } from '../../../shared/core/abort.js';
import { throwIfAborted, UnsmearError, type WarningData } from '../../../shared/core/errors.js';
import type { Depth, OutputFormat } from '../../../shared/contracts/restore.js';
import { writeAtomically } from '../../storage/atomic.js';
import { encodedAs, pictureOf, throughPng } from './encoders.js';
import { metadataFor, resolutionInExif } from '../metadata/metadata.js';
import { depthOf, inSixteenBits, type Samples } from '../colour/samples.js';
import { formatOfExtension, ownOutput } from './sniff.js';
import { splice } from '../metadata/splice.js';
import type { DecodedPhoto, EncodeOptions, Encoded, PhotoFormat, SourceFormat } from '../types.js';

const WEBP_MAX_SIDE = 16383;
const JPEG_MAX_SIDE = 65535;

/** Writes interleaved RGB `pixels` of any depth. If aborted, rejects at once and leaves no file. */
export async function encodePhoto(
  photo: DecodedPhoto,
  pixels: Samples,
  options: EncodeOptions,
  outPath: string,
  signal: AbortSignal = NEVER,
): Promise<Encoded> {
  const format = checkEncodable(photo, options.format ?? null, outPath);
  const warnings: WarningData[] = [];
  const warn = (warning: WarningData): void => void warnings.push(warning);
  const kept = metadataFor(photo.info.metadata, options.metadata ?? 'all', photo, warn);
  const metadata = format === 'webp' || format === 'avif' ? resolutionInExif(kept) : kept;
  if (format !== 'jpeg' && format !== 'tiff' && (metadata.iptc?.length ?? 0) > 0) {
    warn({ code: 'captions-lost', params: { format: format.toUpperCase() } });
  }
  const depth = outputDepth(photo, format, options.depth ?? null);
  const lost = Math.max(options.depth ?? 0, depthOf(photo.data)) === 16 && depth === 8;
  if (lost && options.depth !== 8) {
    warn({ code: 'depth-reduced', params: { format: format.toUpperCase() } });
  }
  const alpha = photo.alpha !== null && format !== 'jpeg';
  if (photo.alpha !== null && !alpha) warn({ code: 'transparency-lost', params: {} });
  const path = await writeAtomically(
    outPath,
    options.onExist ?? 'rename',
    async (file, another) => {
      const carrier = format === 'avif' ? 'png' : format;
      const quality = options.quality ?? null;
      const picture = pictureOf(photo, pixels, { alpha, depth });
      const encoding = encodedAs(format, picture, photo, quality).toFile(file);
      await removedIfAborted(signal, encoding, file);
      const target = another();
      const context = { metadata, width: photo.width, height: photo.height, alpha, warn };
      const spliced = (await splice(carrier, file, target, context)) ? target : file;
      throwIfAborted(signal);
      if (carrier === format) return spliced;
      const final = another();
      const converting = throughPng(spliced, photo, depth, quality).toFile(final);
      await removedIfAborted(signal, converting, final);
      return final;
    },
  );
  return { path, warnings };
}

/** Rejects on abort; the encoder cannot be stopped, so its file is removed when it has ended. */
async function removedIfAborted(
  signal: AbortSignal,
  encoding: Promise<unknown>,
  file: string,
): Promise<void> {
  const removed = () => rm(file, { force: true }).catch(() => undefined);
  try {
    await unlessAborted(signal, encoding);
  } catch (error) {
    if (signal.aborted) void encoding.then(removed, removed);
    throw error;
  }
}

/** Returns the output's format, or throws before anything is restored. */
export function checkEncodable(
  photo: DecodedPhoto,
  wanted: OutputFormat | null,
  outPath: string,
): PhotoFormat {
  const format = outputFormat(photo, wanted, outPath);
  refuseTooLong(photo, format);
  return format;
}

/** Formats with 16 bits per sample (AVIF: 12). */
const DEEP: readonly PhotoFormat[] = ['png', 'tiff', 'avif'];

/** Returns the bits per sample of the output. */
function outputDepth(photo: DecodedPhoto, format: PhotoFormat, wanted: Depth | null): Depth {
  return DEEP.includes(format) ? (wanted ?? depthOf(photo.data)) : 8;
}

/**
 * Returns the photo's samples at the depth of the output: a restored gradient can have more levels
 * than an 8-bit photo.
 */
export function coloursFor(
  photo: DecodedPhoto,
  { format, depth }: Pick<EncodeOptions, 'format' | 'depth'>,
  outPath: string,
): Samples {
  const written = outputFormat(photo, format ?? null, outPath);
  return outputDepth(photo, written, depth ?? null) === 16 ? inSixteenBits(photo.data) : photo.data;
}

/** Returns the format that a path and the options ask for. */
function outputFormat(
  photo: { info: { format: SourceFormat } },
  wanted: OutputFormat | null,
  outPath: string,
): PhotoFormat {
  return wanted ?? ownOutput(formatOfExtension(outPath) ?? photo.info.format);
}

function refuseTooLong(photo: DecodedPhoto, format: PhotoFormat): void {
  const limit = format === 'webp' ? WEBP_MAX_SIDE : format === 'jpeg' ? JPEG_MAX_SIDE : Infinity;
  if (Math.max(photo.width, photo.height) <= limit) return;
  throw new UnsmearError('image-too-large', {
    reason: 'format',
    format: format.toUpperCase(),
    pixels: limit,
  });
}
