/** Reads the descriptive blocks of a photo and adapts them to the restored one. */
import type { Metadata as SharpMetadata } from 'sharp';
import type { MetadataPolicy } from '../../../shared/contracts/restore.js';
import { exifFromTree, isDescriptive, resolutionExif, uprightExif } from './exif.js';
import { readFileTree } from './ifd-file.js';
import { IfdError } from './ifd.js';
import { cleanResources } from './photoshop.js';
import { readPngAncillary } from './png-chunks.js';
import { incompleteMetadata, ReadBudget } from './read-budget.js';
import { NO_EXIF, soundExif, type SoundExif } from './sound-exif.js';
import type { Metadata, SourceFormat } from '../types.js';
import { uprightXmp } from './xmp.js';
import type { WarningData } from '../../../shared/core/errors.js';

/** Returns the EXIF block, without any prefix. */
export function exifOf({ exif }: { readonly exif: SoundExif }): Uint8Array | null {
  return exif.block;
}

/** Reads or checks the EXIF block. `block`: as sharp found it; TIFF has it in its directories. */
export function readExif(
  path: string,
  format: SourceFormat,
  block: Uint8Array | undefined,
): SoundExif {
  if (format !== 'tiff') return block === undefined ? NO_EXIF : soundExif(block);
  const tree = readFileTree(path, isDescriptive);
  return tree === null ? NO_EXIF : { block: exifFromTree(tree), problem: tree.problem };
}

/** Longer packets hold other data than descriptions of a photo. */
const MAX_XMP = 8 << 20;

/** Returns the descriptive blocks of a photo; calls `warn` if any is left out. */
export function readMetadata(
  {
    path,
    format,
    header,
    exif,
  }: {
    readonly path: string;
    readonly format: SourceFormat;
    readonly header: SharpMetadata;
    readonly exif: SoundExif;
  },
  warn: (warning: WarningData) => void,
): Metadata {
  const resources = header.tifftagPhotoshop ?? header.iptc;
  const budget = new ReadBudget(Infinity);
  const png = format === 'png' ? readPngAncillary(path, budget) : { colour: [], text: [] };
  const iptc = resources === undefined ? null : cleanResources(resources, budget);
  const longXmp = (header.xmp?.length ?? 0) > MAX_XMP;
  if (longXmp) budget.refuse('large-values');
  if (budget.problem !== null) warn(incompleteMetadata(budget.problem));
  return {
    icc: header.icc ?? null,
    exif: exif.block,
    xmp: longXmp ? null : (header.xmp ?? null),
    iptc,
    density: header.density ?? null,
    pngColour: png.colour,
    pngText: png.text,
  };
}

/**
 * Returns the metadata of the output. Every policy keeps the colour profile and the resolution:
 * they describe how the picture looks, not who took it and where.
 */
export function metadataFor(
  source: Metadata,
  policy: MetadataPolicy,
  size: { width: number; height: number },
  warn: (warning: WarningData) => void,
): Metadata {
  if (policy === 'none') return { ...source, exif: null, xmp: null, iptc: null, pngText: [] };
  const keepGps = policy === 'all';
  return {
    ...source,
    exif: source.exif === null ? null : exifFor(source.exif, { ...size, keepGps }, warn),
    xmp: source.xmp === null ? null : xmpFor(source.xmp, keepGps, warn),
    // A text chunk begins with its keyword.
    pngText: source.pngText.filter((chunk) => keepGps || !/gps|location/i.test(keywordOf(chunk))),
  };
}

/** Puts the resolution into the EXIF block, for formats that have no other place for it. */
export function resolutionInExif(metadata: Metadata): Metadata {
  const { exif, density } = metadata;
  return exif !== null || density === null
    ? metadata
    : { ...metadata, exif: resolutionExif(density) };
}

/** Returns a text chunk's keyword: at most 79 bytes up to the first zero, after length and type. */
function keywordOf(chunk: Uint8Array): string {
  const text = Buffer.from(chunk).toString('latin1', 8, 8 + 80);
  return text.split('\0', 1)[0] ?? '';
}

function exifFor(
  exif: Uint8Array,
  photo: { width: number; height: number; keepGps: boolean },
  warn: (warning: WarningData) => void,
): Uint8Array | null {
  try {
    return uprightExif(exif, photo);
  } catch (error) {
    if (!(error instanceof IfdError || error instanceof RangeError)) throw error;
    warn({ code: 'metadata-damaged', params: { reason: 'exif' } });
    return null;
  }
}

function xmpFor(
  xmp: Uint8Array,
  keepGps: boolean,
  warn: (warning: WarningData) => void,
): Uint8Array | null {
  const upright = uprightXmp(xmp, keepGps);
  if (upright === null) warn({ code: 'metadata-damaged', params: { reason: 'xmp' } });
  return upright;
}
