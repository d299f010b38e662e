/** What an export would write: format, name and place, from what was chosen. Pure: the form shows it before anything is written. */
import type { ExportOptions, FileEntry, OpenedPhoto } from '../../../shared/protocol/calls.js';
import {
  nameFromTemplate,
  type NamingContext,
  type NamingProblemCode,
} from '../../../shared/contracts/naming-template.js';
import { OutputFormat } from '../../../shared/contracts/restore.js';
import type { Settings } from '../../../shared/contracts/settings.js';

/** What is chosen in the form, and remembered for the next photo. */
export type ExportChoice = Pick<
  Settings,
  'namingTemplate' | 'format' | 'quality' | 'depth' | 'metadata' | 'onExist'
>;

/** `own`: the photo's folder. */
export type ExportPlace = 'own' | 'download' | FileEntry;

export interface ExportPlan {
  readonly format: OutputFormat;
  /** null: there is none, see `problems`. */
  readonly name: string | null;
  /** `same`: it would write over the photo itself. */
  readonly problems: readonly (NamingProblemCode | 'same')[];
}

const EXTENSIONS: Readonly<Record<OutputFormat, RegExp>> = {
  jpeg: /\.(jpe?g|jpe|jfif)$/i,
  png: /\.png$/i,
  tiff: /\.tiff?$/i,
  webp: /\.webp$/i,
  avif: /\.avif$/i,
};

/** For a name: by the clock where it was taken. */
export function dateOf({ taken }: Pick<OpenedPhoto, 'taken'>): Date {
  return new Date(taken);
}

/** Formats whose encoder has a quality. */
export function hasQuality(format: OutputFormat): boolean {
  return format === 'jpeg' || format === 'webp' || format === 'avif';
}

/** Formats whose bits per channel can be chosen. */
export function hasDepth(format: OutputFormat): boolean {
  return format === 'png' || format === 'tiff';
}

/** Bits per channel of what is written. AVIF holds 12 of a photo's 16. */
export function bitsOf(format: OutputFormat, { depth }: ExportChoice, photo: number): number {
  if (format === 'avif') return Math.min(photo, 12);
  return hasDepth(format) ? (depth ?? photo) : 8;
}

/** The photo's own format where it can be written; JPEG for HEIC, which is as lossy; PNG otherwise. */
export function ownFormat(photo: string): OutputFormat {
  const format = photo.toLowerCase();
  return OutputFormat.safeParse(format).data ?? (format === 'heic' ? 'jpeg' : 'png');
}

/** The photo's own spelling where the format is the same: `.JPG` stays `.JPG`. */
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
  // With a number added it is another name; elsewhere it is another file.
  const same =
    place === 'own' &&
    choice.onExist !== 'rename' &&
    name?.toLowerCase() === photo.name.toLowerCase();
  return { format, name, problems: same ? ['same'] : problems.map(({ code }) => code) };
}

/** As the host wants it. */
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

/** What a quality does to a photo, in one of five words. */
export function qualityEffect(
  quality: number,
): 'lossless' | 'high' | 'good' | 'visible' | 'strong' {
  if (quality >= 97) return 'lossless';
  if (quality >= 88) return 'high';
  if (quality >= 75) return 'good';
  return quality >= 50 ? 'visible' : 'strong';
}
