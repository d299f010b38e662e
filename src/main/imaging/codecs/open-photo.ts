/** Opens photos: identifies the file, reads its header and refuses what cannot be restored. */
import type { Metadata as Header } from 'sharp';
import { UnsmearError, type WarningData } from '../../../shared/core/errors.js';
import { identifyPhoto } from './identify.js';
import { isRawTiff } from '../metadata/ifd-file.js';
import { readExif } from '../metadata/metadata.js';
import { incompleteMetadata } from '../metadata/read-budget.js';
import { sharp } from './sharp.js';
import { formatOfExtension } from './sniff.js';
import { sharpInput, type SoundExif } from '../metadata/sound-exif.js';
import type { SourceFormat } from '../types.js';
import { inspectWebp } from '../metadata/webp-chunks.js';

/** Largest number of pixels; a larger file is more likely a decompression bomb than a photo. */
export const MAX_PIXELS = 268_000_000;
const OPAQUE_SPACES = ['srgb', 'rgb', 'rgb16', 'b-w', 'grey16'];

export interface OpenedPhoto {
  readonly path: string;
  readonly name: string;
  readonly format: SourceFormat;
  readonly header: Header;
  readonly head: Uint8Array;
  /** Input for sharp: the path, or a copy in memory without a hostile EXIF block. */
  readonly input: string | Buffer;
  readonly exif: SoundExif;
  /** Size as displayed. */
  readonly width: number;
  readonly height: number;
  readonly gray: boolean;
  readonly warnings: WarningData[];
}

/** Identifies a file and reads its header. Throws one specific error if it cannot be read. */
export async function openPhoto(path: string): Promise<OpenedPhoto> {
  const { name, head, format } = await identifyPhoto(path);
  refuseHugeHeader(head, format, name);
  if (format === 'tiff' && isRawTiff(path)) {
    throw new UnsmearError('format-unsupported', { reason: 'raw', name });
  }
  const { input, replaced } = sharpInput(path, format);
  const header = await sharp(input, { limitInputPixels: false, failOn: 'error' })
    .metadata()
    .catch((cause: unknown) => {
      throw new UnsmearError('image-broken', { reason: 'header', name }, { cause });
    });
  const { width, height } = header.autoOrient;
  refuseHuge(width, height, name);
  if (header.depth !== 'uchar' && header.depth !== 'ushort') {
    throw new UnsmearError('format-unsupported', { reason: 'samples', name, depth: header.depth });
  }
  if (format === 'webp' && inspectWebp(head).animated) {
    throw new UnsmearError('format-unsupported', { reason: 'animation', name });
  }
  if (format === 'heic' && header.compression !== 'hevc') {
    throw new UnsmearError('format-unsupported', { reason: 'heic', name });
  }
  const gray = header.space === 'b-w' || header.space === 'grey16';
  const exif = replaced ?? readExif(path, format, header.exif);
  const warnings = warningsFor(header, name, format);
  if (exif.problem !== null) warnings.push(incompleteMetadata(exif.problem));
  return { path, name, format, header, head, input, exif, width, height, gray, warnings };
}

/** Checks a PNG's size before libpng does, which reports absurd sizes as damage. */
function refuseHugeHeader(head: Uint8Array, format: SourceFormat, name: string): void {
  if (format !== 'png' || head.length < 24) return;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  refuseHuge(bytes.readUInt32BE(16), bytes.readUInt32BE(20), name);
}

function refuseHuge(width: number, height: number, name: string): void {
  if (width * height <= MAX_PIXELS) return;
  throw new UnsmearError('image-too-large', {
    reason: 'pixels',
    name,
    width,
    height,
    megapixels: MAX_PIXELS / 1e6,
  });
}

function warningsFor(header: Header, name: string, format: SourceFormat): WarningData[] {
  const warnings: WarningData[] = [];
  const promised = formatOfExtension(name);
  if (promised !== null && promised !== format) {
    warnings.push({ code: 'mislabelled', params: { name, format: format.toUpperCase() } });
  }
  if (!keepsEncoding(header)) {
    const reason = header.depth === 'ushort' ? 'reduced' : 'same-depth';
    const original = header.space.toUpperCase();
    warnings.push({ code: 'colours-converted', params: { reason, name, original } });
  }
  const { pages = 1 } = header;
  if (pages > 1) {
    const reason = format === 'heic' ? 'main' : 'first';
    warnings.push({ code: 'pages-left-out', params: { reason, name, pages } });
  }
  return warnings;
}

/** Returns whether the samples stay as they are; other colours are converted to sRGB. */
export function keepsEncoding(header: Header): boolean {
  return OPAQUE_SPACES.includes(header.space);
}
