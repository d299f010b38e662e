/** Names of exported files. */
import type { OutputFormat } from '../../shared/restore.js';

const EXTENSIONS: Record<OutputFormat, string> = {
  jpeg: 'jpg',
  png: 'png',
  tiff: 'tif',
  webp: 'webp',
  avif: 'avif',
};

const KNOWN = /\.(jpe?g|png|tiff?|webp|avif|heic|heif|bmp|gif)$/i;

export function extension(format: OutputFormat): string {
  return EXTENSIONS[format];
}

/** Formats whose encoder has a quality. */
export function hasQuality(format: OutputFormat): boolean {
  return format === 'jpeg' || format === 'webp' || format === 'avif';
}

/** The photo's own format where it can be written, PNG otherwise. */
export function defaultFormat(format: string): OutputFormat {
  const name = format.toLowerCase();
  if (name === 'jpg') return 'jpeg';
  if (name === 'tif') return 'tiff';
  return Object.keys(EXTENSIONS).find((known): known is OutputFormat => known === name) ?? 'png';
}

/** `photo.jpg` → `photo.deblurred.jpg`, as the command line names it. */
export function suggestName(photo: string, format: OutputFormat): string {
  const own = KNOWN.exec(photo)?.[1] ?? '';
  const kept = own !== '' && defaultFormat(own) === format ? own : EXTENSIONS[format];
  return `${photo.replace(KNOWN, '')}.deblurred.${kept}`;
}

/** The name with the extension of a format instead of another picture's. */
export function withExtension(name: string, format: OutputFormat): string {
  return `${name.replace(KNOWN, '')}.${EXTENSIONS[format]}`;
}

/** What no common file system takes, or what would write over the photo; null: fine. */
export function checkName(name: string, photo: string): 'empty' | 'characters' | 'same' | null {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > 255) return 'empty';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[<>:"/\\|?*\u0000-\u001f]/.test(trimmed) || /^\.+$/.test(trimmed)) return 'characters';
  return trimmed.toLowerCase() === photo.toLowerCase() ? 'same' : null;
}
