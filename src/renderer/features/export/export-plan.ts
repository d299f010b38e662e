/**
 * Plans an export from the user's choices: format, name and place. Pure, so that the form can show
 * it before writing.
 */
import type { ExportOptions, FileEntry, OpenedPhoto } from '../../../shared/protocol/calls.js';
import type { NamingProblemCode } from '../../../shared/contracts/file-name.js';
import { nameFromTemplate, type NamingContext } from '../../../shared/contracts/naming-template.js';
import { OutputFormat } from '../../../shared/contracts/restore.js';
import type { Settings } from '../../../shared/contracts/settings.js';

/** Choices in the form, stored for the next photo. */
export type ExportChoice = Pick<
  Settings,
  'namingTemplate' | 'format' | 'quality' | 'depth' | 'metadata' | 'onExist'
>;

/** `own` = the photo's folder. */
export type ExportPlace = 'own' | 'download' | FileEntry;

export interface ExportPlan {
  readonly format: OutputFormat;
  /** File name; `null` if the template has problems. */
  readonly name: string | null;
  /** `same`: the name is that of the photo itself. */
  readonly problems: readonly (NamingProblemCode | 'same')[];
}

const EXTENSIONS: Readonly<Record<OutputFormat, RegExp>> = {
  jpeg: /\.(jpe?g|jpe|jfif)$/i,
  png: /\.png$/i,
  tiff: /\.tiff?$/i,
  webp: /\.webp$/i,
  avif: /\.avif$/i,
};

/** Returns the photo's date for file names, by the clock at its place. */
export function dateOf({ taken }: Pick<OpenedPhoto, 'taken'>): Date {
  return new Date(taken);
}

/** Returns whether the format's encoder has a quality. */
export function hasQuality(format: OutputFormat): boolean {
  return format === 'jpeg' || format === 'webp' || format === 'avif';
}

/** Returns whether the format's bit depth can be chosen. */
export function hasDepth(format: OutputFormat): boolean {
  return format === 'png' || format === 'tiff';
}

/** Returns the bits per channel of the output; AVIF keeps at most 12. */
export function bitsOf(format: OutputFormat, { depth }: ExportChoice, photo: number): number {
  if (format === 'avif') return Math.min(photo, 12);
  return hasDepth(format) ? (depth ?? photo) : 8;
}

/** Returns the photo's format if it can be written, JPEG for HEIC (also lossy), else PNG. */
export function ownFormat(photo: string): OutputFormat {
  const format = photo.toLowerCase();
  return OutputFormat.safeParse(format).data ?? (format === 'heic' ? 'jpeg' : 'png');
}

/** Returns the extension, in the photo's own spelling if the format is unchanged (`.JPG`). */
export function extensionFor(photo: string, format: OutputFormat): string {
  const own = EXTENSIONS[format].exec(photo)?.[0];
  if (own !== undefined) return own;
  return format === 'jpeg' ? '.jpg' : format === 'tiff' ? '.tif' : `.${format}`;
}

export function planExport(
  photo: Pick<OpenedPhoto, 'name' | 'format' | 'width' | 'height'>,
  choice: ExportChoice,
  place: ExportPlace,
  context: Pick<NamingContext, 'model' | 'date' | 'strength' | 'counter'>,
): ExportPlan {
  const format = choice.format ?? ownFormat(photo.format);
  const { name, problems } = nameFromTemplate(choice.namingTemplate, {
    ...context,
    ...{ name: photo.name, width: photo.width, height: photo.height, format },
    extension: extensionFor(photo.name, format),
  });
  // With `rename` a number is added, and in other folders the file is another one.
  const same =
    place === 'own' &&
    choice.onExist !== 'rename' &&
    name?.toLowerCase() === photo.name.toLowerCase();
  return { format, name, problems: same ? ['same'] : problems.map(({ code }) => code) };
}

/** Converts the choices to the options of `exportPhoto`. */
export function outputOf(
  plan: ExportPlan & { readonly name: string },
  choice: ExportChoice,
  place: ExportPlace,
): ExportOptions {
  const { format, name } = plan;
  return {
    folder: place === 'own' ? null : place === 'download' ? place : place.ref,
    ...{ name, format, metadata: choice.metadata, onExist: choice.onExist },
    quality: hasQuality(format) ? choice.quality : null,
    depth: hasDepth(format) ? choice.depth : null,
  };
}

/** Rates the visible effect of an encoder quality. */
export function qualityEffect(
  quality: number,
): 'lossless' | 'high' | 'good' | 'visible' | 'strong' {
  if (quality >= 97) return 'lossless';
  if (quality >= 88) return 'high';
  if (quality >= 75) return 'good';
  return quality >= 50 ? 'visible' : 'strong';
}
