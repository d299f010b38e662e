/** A decoded photo and what must survive until it is encoded again. */
import type { Samples } from './colour/samples.js';
import type {
  Depth,
  MetadataPolicy,
  OnExist,
  OutputFormat,
} from '../../shared/contracts/restore.js';

/** The formats that are read and written. */
export type PhotoFormat = OutputFormat;
/** The formats that are read. */
export type SourceFormat = PhotoFormat | 'heic';

/** Blocks that describe the photo, without any container around them. */
export interface Metadata {
  /** ICC profile. */
  readonly icc: Uint8Array | null;
  /** EXIF as a TIFF structure, without the "Exif\0\0" that JPEG puts in front. */
  readonly exif: Uint8Array | null;
  readonly xmp: Uint8Array | null;
  /** Photoshop image resources (they carry IPTC), the payload of JPEG's APP13. */
  readonly iptc: Uint8Array | null;
  /** Pixels per inch, when the file says so. */
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
  readonly warn: (message: string) => void;
}

export interface PhotoInfo {
  readonly format: SourceFormat;
  /** One channel in the file; written as one channel again. */
  readonly gray: boolean;
  /** JPEG: the quality its quantization tables amount to. */
  readonly jpegQuality: number | null;
  readonly chromaSubsampling: '4:4:4' | '4:2:0';
  readonly progressive: boolean;
  /** WebP: coded without loss. */
  readonly lossless: boolean;
  readonly metadata: Metadata;
  readonly warnings: readonly string[];
}

/** A photo as displayed (orientation applied), in the file's own encoding: numbers are not converted. */
export interface DecodedPhoto {
  readonly width: number;
  readonly height: number;
  /** RGB, interleaved. */
  readonly data: Samples;
  /** Of the same depth. */
  readonly alpha: Samples | null;
  readonly info: PhotoInfo;
}

export interface EncodeOptions {
  /** null: by the path's extension, else as the input. */
  readonly format?: OutputFormat | null;
  readonly quality?: number | null;
  /** Bits per sample; null: as the photo has, where the format can. */
  readonly depth?: Depth | null;
  readonly metadata?: MetadataPolicy;
  readonly onExist?: OnExist;
}

export interface Encoded {
  /** Where the file is: another name than asked for when `rename` had to choose one. */
  readonly path: string;
  readonly warnings: readonly string[];
}
