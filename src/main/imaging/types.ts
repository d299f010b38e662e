/** Types of a decoded photo and of everything that must survive until it is encoded. */
import type { Samples } from './colour/samples.js';
import type {
  Depth,
  MetadataPolicy,
  OnExist,
  OutputFormat,
} from '../../shared/contracts/restore.js';
import type { WarningData } from '../../shared/core/errors.js';

/** Formats that are read and written. */
export type PhotoFormat = OutputFormat;
/** Formats that are read. */
export type SourceFormat = PhotoFormat | 'heic';

/** Descriptive blocks without their containers. */
export interface Metadata {
  /** ICC profile. */
  readonly icc: Uint8Array | null;
  /** EXIF as a TIFF structure, without JPEG's "Exif\0\0" prefix. */
  readonly exif: Uint8Array | null;
  readonly xmp: Uint8Array | null;
  /** Photoshop image resources with IPTC captions: the payload of JPEG's APP13. */
  readonly iptc: Uint8Array | null;
  /** Pixels per inch; `null` if the file does not say. */
  readonly density: number | null;
  /** PNG only: whole chunks about colour (gAMA, cHRM, sRGB, cICP) and text. */
  readonly pngColour: readonly Uint8Array[];
  readonly pngText: readonly Uint8Array[];
}

/** Facts for writing metadata into an encoded file. */
export interface SpliceContext {
  readonly metadata: Metadata;
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly warn: (warning: WarningData) => void;
}

export interface PhotoInfo {
  readonly format: SourceFormat;
  /** The file has one channel, and so will the output. */
  readonly gray: boolean;
  /** JPEG: quality that matches the quantization tables. */
  readonly jpegQuality: number | null;
  readonly chromaSubsampling: '4:4:4' | '4:2:0';
  readonly progressive: boolean;
  /** WebP: lossless. */
  readonly lossless: boolean;
  readonly metadata: Metadata;
  readonly warnings: readonly WarningData[];
}

/** RGB, interleaved: `width * height * 3` samples of 8 or 16 bit. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Samples;
}

/** A photo as displayed (orientation applied), with the file's sample values. */
export interface DecodedPhoto extends RgbImage {
  /** Alpha of the same depth as `data`. */
  readonly alpha: Samples | null;
  readonly info: PhotoInfo;
}

export interface EncodeOptions {
  /** `null` = by the path's extension, else as the input. */
  readonly format?: OutputFormat | null;
  readonly quality?: number | null;
  /** Bits per sample; `null` = as the photo, if the format can. */
  readonly depth?: Depth | null;
  readonly metadata?: MetadataPolicy;
  readonly onExist?: OnExist;
}

export interface Encoded {
  /** Path of the file, which `rename` may have changed. */
  readonly path: string;
  readonly warnings: readonly WarningData[];
}
