/** Identifies a file by its first bytes, with advice for formats that cannot be read. */
import { extname } from 'node:path';
import type { PhotoFormat, SourceFormat } from '../types.js';

/** Known files that cannot be restored. */
type OtherContent =
  | 'animation'
  | 'video'
  | 'gif'
  | 'pdf'
  | 'svg'
  | 'bmp'
  | 'photoshop'
  | 'openexr'
  | 'jpeg-xl'
  | 'jpeg-2000'
  | 'zip';

type Sniffed =
  | { readonly kind: 'photo'; readonly format: SourceFormat }
  /** `converter`: the maker's own program that develops it, where there is one. */
  | { readonly kind: 'raw'; readonly format: string; readonly converter: string | null }
  | { readonly kind: 'other'; readonly content: OtherContent }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unknown' };

const RAW_NAMES: Readonly<Record<string, string>> = {
  '.cr2': 'Canon CR2',
  '.cr3': 'Canon CR3',
  '.crw': 'Canon CRW',
  '.nef': 'Nikon NEF',
  '.nrw': 'Nikon NRW',
  '.arw': 'Sony ARW',
  '.sr2': 'Sony SR2',
  '.srf': 'Sony SRF',
  '.dng': 'Digital Negative (DNG)',
  '.raf': 'Fujifilm RAF',
  '.orf': 'Olympus ORF',
  '.ori': 'Olympus ORI',
  '.rw2': 'Panasonic RW2',
  '.pef': 'Pentax PEF',
  '.srw': 'Samsung SRW',
  '.x3f': 'Sigma X3F',
  '.3fr': 'Hasselblad 3FR',
  '.iiq': 'Phase One IIQ',
  '.rwl': 'Leica RWL',
};

/** Free converters by camera maker. */
const RAW_CONVERTERS: readonly (readonly [RegExp, string])[] = [
  [/Canon/, "Canon's Digital Photo Professional"],
  [/Nikon/, "Nikon's NX Studio"],
  [/Sony/, "Sony's Imaging Edge Desktop"],
  [/Fujifilm/, "Fujifilm's X RAW Studio"],
  [/Olympus/, 'OM Workspace'],
  [/Pentax/, "Pentax's Digital Camera Utility"],
  [/Hasselblad/, "Hasselblad's Phocus"],
  [/Phase One/, 'Capture One'],
  [/Sigma/, 'SIGMA Photo Pro'],
];

function converterFor(format: string): string | null {
  return RAW_CONVERTERS.find(([maker]) => maker.test(format))?.[1] ?? null;
}

export function sniff(head: Uint8Array, name: string): Sniffed {
  if (head.length === 0) return { kind: 'empty' };
  const extension = extname(name).toLowerCase();
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 1024)).toString(
    'latin1',
  );

  if (text.startsWith('\xff\xd8\xff')) return { kind: 'photo', format: 'jpeg' };
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return { kind: 'photo', format: 'png' };
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8))
    return { kind: 'photo', format: 'webp' };
  const raw = sniffRaw(text, extension);
  if (raw !== null) return { kind: 'raw', format: raw, converter: converterFor(raw) };
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return { kind: 'photo', format: 'tiff' };
  if (text.startsWith('ftyp', 4)) return sniffBoxes(text);
  return sniffOther(text);
}

function sniffRaw(text: string, extension: string): string | null {
  if (text.startsWith('FUJIFILMCCD-RAW')) return 'Fujifilm RAF';
  if (/^(IIRO|IIRS|MMOR)/.test(text)) return 'Olympus ORF';
  if (text.startsWith('IIU\0')) return 'Panasonic RW2';
  if (text.startsWith('FOVb')) return 'Sigma X3F';
  if (text.startsWith('ftypcrx ', 4)) return 'Canon CR3';
  if (/^(II\*\0|MM\0\*)/.test(text)) {
    if (text.startsWith('CR', 8)) return 'Canon CR2';
    // Most RAW files are TIFFs of which an ordinary reader finds only the small preview.
    return RAW_NAMES[extension] ?? null;
  }
  return null;
}

/** Recognises ISO base media files: HEIC and AVIF stills, and videos. */
function sniffBoxes(text: string): Sniffed {
  const brands = text.slice(8, 8 + 64);
  if (brands.startsWith('avis')) return { kind: 'other', content: 'animation' };
  if (brands.includes('avif')) return { kind: 'photo', format: 'avif' };
  if (/^(hevc|hevx|msf1)/.test(brands)) return { kind: 'other', content: 'animation' };
  // Such a container may hold another codec, which reading its header reveals later.
  if (/hei[cxms]|mif1/.test(brands)) return { kind: 'photo', format: 'heic' };
  return { kind: 'other', content: 'video' };
}

function sniffOther(text: string): Sniffed {
  const other = (content: OtherContent): Sniffed => ({ kind: 'other', content });
  if (/^GIF8[79]a/.test(text)) return other('gif');
  if (text.startsWith('%PDF')) return other('pdf');
  if (isSvg(text)) return other('svg');
  if (text.startsWith('BM')) return other('bmp');
  if (text.startsWith('8BPS')) return other('photoshop');
  if (text.startsWith('\x76\x2f\x31\x01')) return other('openexr');
  if (text.startsWith('\0\0\0\x0cJXL ') || text.startsWith('\xff\x0a')) return other('jpeg-xl');
  if (text.startsWith('\0\0\0\x0cjP  ') || text.startsWith('\xff\x4f\xff\x51')) {
    return other('jpeg-2000');
  }
  if (text.startsWith('PK\x03\x04')) return other('zip');
  return { kind: 'unknown' };
}

/** Skips a byte order mark, an XML declaration and a comment. */
function isSvg(text: string): boolean {
  let rest = text.trimStart().replace(/^\u00ef\u00bb\u00bf/, '');
  for (const [start, end] of [
    ['<?xml', '>'],
    ['<!--', '-->'],
  ] as const) {
    rest = rest.trimStart();
    if (!rest.startsWith(start)) continue;
    const stop = rest.indexOf(end, start.length);
    if (stop < 0) return false;
    rest = rest.slice(stop + end.length);
  }
  return /^(<!DOCTYPE svg|<svg)/i.test(rest.trimStart());
}

const EXTENSIONS = {
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.jpe': 'jpeg',
  '.jfif': 'jpeg',
  '.png': 'png',
  '.webp': 'webp',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.avif': 'avif',
  '.heic': 'heic',
  '.heif': 'heic',
  '.hif': 'heic',
} as const;

/** Extensions of photos that can be opened, without the dot. */
export const READABLE_EXTENSIONS: readonly string[] = Object.keys(EXTENSIONS).map((extension) =>
  extension.slice(1),
);

/** Returns the format that a path's extension promises; `null` for none that can be read. */
export function formatOfExtension(path: string): SourceFormat | null {
  const extension = extname(path).toLowerCase();
  return Object.hasOwn(EXTENSIONS, extension)
    ? EXTENSIONS[extension as keyof typeof EXTENSIONS]
    : null;
}

/** Returns the default output format: the photo's own, or JPEG for HEIC (not writable). */
export function ownOutput(format: SourceFormat): PhotoFormat {
  return format === 'heic' ? 'jpeg' : format;
}

export function extensionOf(format: PhotoFormat): string {
  return format === 'jpeg' ? '.jpg' : format === 'tiff' ? '.tif' : `.${format}`;
}
