/** Decodes photos: upright pixels in the file's encoding, and all facts needed to write them. */
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Depth } from '../../../shared/contracts/restore.js';
import { jpegQuality } from '../metadata/jpeg-segments.js';
import { readMetadata } from '../metadata/metadata.js';
import { decodeHeif, profileFor } from './heif.js';
import { emptyLike, inEightBits, type Samples } from '../colour/samples.js';
import { displayColour, encodeForDisplay, type Picture } from '../colour/display.js';
import { sharp } from './sharp.js';
import type { DecodedPhoto, PhotoInfo } from '../types.js';
import { inspectWebp } from '../metadata/webp-chunks.js';
import { keepsEncoding, openPhoto, type OpenedPhoto } from './open-photo.js';

/** Keeps the file's sample values; converts only CMYK, Lab and the like to sRGB. */
function pipeline(photo: OpenedPhoto): ReturnType<typeof sharp> {
  return sharp(photo.input, {
    ignoreIcc: keepsEncoding(photo.header),
    limitInputPixels: false,
    failOn: 'error',
    page: 0,
  }).autoOrient();
}

/** Returns the bits per sample that the pixels are read with. */
function depthFor({ header }: OpenedPhoto): Depth {
  return header.depth === 'ushort' && keepsEncoding(header) ? 16 : 8;
}

async function pixelsOf(
  photo: OpenedPhoto,
  image: ReturnType<typeof sharp>,
  depth: Depth,
): Promise<{ data: Samples; channels: number }> {
  try {
    const { data, info } = await image
      .raw({ depth: depth === 16 ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples =
      depth === 16
        ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { data: samples, channels: info.channels };
  } catch (cause) {
    throw damaged(photo, cause);
  }
}

function damaged({ name }: OpenedPhoto, cause: unknown): UnsmearError {
  return new UnsmearError('image-broken', { reason: 'data', name }, { cause });
}

export async function decodePhoto(path: string): Promise<DecodedPhoto> {
  const photo = await openPhoto(path);
  const { data, channels, icc } = await coloursOf(photo);
  const pixels = photo.width * photo.height;
  if (channels < 3 || data.length !== pixels * channels) {
    throw new UnsmearError('format-unsupported', { reason: 'channels', name: photo.name });
  }
  const alpha = photo.header.hasAlpha ? splitAlpha(data, channels, pixels) : null;
  if (alpha === null && channels > 3) compact(data, channels, pixels);
  return {
    width: photo.width,
    height: photo.height,
    data: data.subarray(0, pixels * 3),
    alpha,
    info: infoOf(photo, icc),
  };
}

/** Returns an upright picture of at most `side` pixels, in Display P3. Rejects as `openPhoto`. */
export async function thumbnailOf(path: string, side: number): Promise<Picture> {
  const { info, ...image } = await decodeSmall(path, side);
  return encodeForDisplay(image, displayColour(info), false);
}

/** Decodes to at most `side` pixels along the long side, 8 bits, transparency on white. */
async function decodeSmall(
  path: string,
  side: number,
): Promise<{ width: number; height: number; data: Uint8Array; info: PhotoInfo }> {
  const photo = await openPhoto(path);
  const { image, icc } = await wholeImage(photo);
  const { data, info } = await image
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw damaged(photo, cause);
    });
  return { width: info.width, height: info.height, data, info: infoOf(photo, icc) };
}

/** Returns an image that sharp decodes while scaling; HEIC is decoded here. */
async function wholeImage(
  photo: OpenedPhoto,
): Promise<{ image: ReturnType<typeof sharp>; icc: Uint8Array | null }> {
  if (photo.format !== 'heic') return { image: pipeline(photo), icc: profileOf(photo) };
  const { width, height } = photo;
  const { data, channels, icc } = await heifColours(photo, 8);
  const raw = { width, height, channels: channels as 3 | 4 };
  return { image: sharp(data, { raw, limitInputPixels: false }), icc };
}

interface Colours {
  readonly data: Samples;
  readonly channels: number;
  /** ICC profile of these samples. */
  readonly icc: Uint8Array | null;
}

/** Decodes RGB, and alpha if the photo has it. */
async function coloursOf(photo: OpenedPhoto): Promise<Colours> {
  const depth = depthFor(photo);
  if (photo.format === 'heic') return heifColours(photo, depth);
  const space = depth === 16 ? 'rgb16' : 'srgb';
  const pixels = await pixelsOf(photo, pipeline(photo).toColourspace(space), depth);
  return { ...pixels, icc: profileOf(photo) };
}

async function heifColours(photo: OpenedPhoto, depth: Depth): Promise<Colours> {
  const { path, name, header, warnings } = photo;
  const channels = header.hasAlpha ? 4 : 3;
  const { data, colours } = await decodeHeif({ path, channels, depth }, name);
  const profile = await profileFor(colours, name, (warning) => warnings.push(warning));
  return { data, channels, icc: header.icc ?? profile };
}

/** Returns the embedded profile, or `null` for pixels that were converted to sRGB. */
function profileOf({ header }: OpenedPhoto): Uint8Array | null {
  return keepsEncoding(header) ? (header.icc ?? null) : null;
}

/** Decodes one channel of 8 bits, for masks: a grey image needs no copy in colour. */
export async function decodeGray(photo: OpenedPhoto): Promise<Uint8Array> {
  const image = pipeline(photo).removeAlpha().toColourspace('b-w');
  return inEightBits((await pixelsOf(photo, image, 8)).data);
}

/** Returns alpha and compacts RGB in the same buffer, which saves a copy of a large photo. */
function splitAlpha(data: Samples, channels: number, pixels: number): Samples {
  const alpha = emptyLike(data, pixels);
  for (let i = 0; i < pixels; i++) alpha[i] = data[i * channels + channels - 1]!;
  compact(data, channels, pixels);
  return alpha;
}

function compact(data: Samples, channels: number, pixels: number): void {
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    data[to] = data[from]!;
    data[to + 1] = data[from + 1]!;
    data[to + 2] = data[from + 2]!;
  }
}

function infoOf(photo: OpenedPhoto, icc: Uint8Array | null): PhotoInfo {
  const { header, format } = photo;
  const metadata = readMetadata(photo, (warning) => photo.warnings.push(warning));
  return {
    format,
    gray: photo.gray,
    jpegQuality: format === 'jpeg' ? jpegQuality(photo.head) : null,
    chromaSubsampling: header.chromaSubsampling === '4:2:0' ? '4:2:0' : '4:4:4',
    progressive: header.isProgressive,
    lossless: format === 'webp' && inspectWebp(photo.head).lossless,
    metadata: { ...metadata, icc },
    warnings: photo.warnings,
  };
}
