/** The descriptive blocks of a photo: read from its file, and made fit for the restored one. */
import type { Metadata as SharpMetadata } from 'sharp';
import type { MetadataPolicy } from '../../shared/restore.js';
import { exifFromTree, isDescriptive, resolutionExif, uprightExif, withoutPrefix } from './exif.js';
import { readFileTree } from './ifd-file.js';
import { IfdError } from './ifd.js';
import { cleanResources } from './photoshop.js';
import { readPngAncillary } from './png-chunks.js';
import type { Metadata, SourceFormat } from './types.js';
import { uprightXmp } from './xmp.js';

export const NO_METADATA: Metadata = {
  icc: null,
  exif: null,
  xmp: null,
  iptc: null,
  density: null,
  pngColour: [],
  pngText: [],
};

/** The EXIF block, without any prefix. */
export function exifOf({
  path,
  format,
  header,
}: {
  readonly path: string;
  readonly format: SourceFormat;
  readonly header: SharpMetadata;
}): Uint8Array | null {
  const exif = format === 'tiff' ? readTiffExif(path) : (header.exif ?? null);
  return exif === null ? null : withoutPrefix(exif);
}

export function readMetadata(path: string, format: SourceFormat, header: SharpMetadata): Metadata {
  const resources = header.tifftagPhotoshop ?? header.iptc;
  const png = format === 'png' ? readPngAncillary(path) : { colour: [], text: [] };
  return {
    icc: header.icc ?? null,
    exif: exifOf({ path, format, header }),
    xmp: header.xmp ?? null,
    iptc: resources === undefined ? null : cleanResources(resources),
    density: header.density ?? null,
    pngColour: png.colour,
    pngText: png.text,
  };
}

/** libvips hands out no EXIF of TIFF files: their own directories hold it. */
function readTiffExif(path: string): Uint8Array | null {
  const tree = readFileTree(path, isDescriptive);
  return tree === null ? null : exifFromTree(tree);
}

/**
 * What goes into the output. The colour profile and the resolution stay under every policy: they say
 * how the picture looks, not who took it where.
 */
export function metadataFor(
  source: Metadata,
  policy: MetadataPolicy,
  size: { width: number; height: number },
  warn: (message: string) => void,
): Metadata {
  if (policy === 'none') return { ...source, exif: null, xmp: null, iptc: null, pngText: [] };
  const keepGps = policy === 'all';
  return {
    ...source,
    exif: source.exif === null ? null : exifFor(source.exif, { ...size, keepGps }, warn),
    xmp: source.xmp === null ? null : uprightXmp(source.xmp, keepGps),
    // A text chunk begins with its keyword.
    pngText: source.pngText.filter((chunk) => keepGps || !/gps|location/i.test(keywordOf(chunk))),
  };
}

/** The resolution in the EXIF block, for formats that have no other place for it. */
export function resolutionInExif(metadata: Metadata): Metadata {
  const { exif, density } = metadata;
  return exif !== null || density === null
    ? metadata
    : { ...metadata, exif: resolutionExif(density) };
}

/** What stands before the first zero byte, of at most 79, after a chunk's length and type. */
function keywordOf(chunk: Uint8Array): string {
  const text = Buffer.from(chunk).toString('latin1', 8, 8 + 80);
  return text.split('\0', 1)[0] ?? '';
}

function exifFor(
  exif: Uint8Array,
  photo: { width: number; height: number; keepGps: boolean },
  warn: (message: string) => void,
): Uint8Array | null {
  try {
    return uprightExif(exif, photo);
  } catch (error) {
    if (!(error instanceof IfdError || error instanceof RangeError)) throw error;
    warn('The EXIF block of the photo is damaged and was left out.');
    return null;
  }
}
