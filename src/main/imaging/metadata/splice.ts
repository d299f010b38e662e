/** Inserts metadata into an encoded file of any container. */
import { open, type FileHandle } from 'node:fs/promises';
import { spliceJpeg } from './jpeg-segments.js';
import { splicePng } from './png-chunks.js';
import { appendTiffTags } from './tiff-tags.js';
import type { PhotoFormat, SpliceContext } from '../types.js';
import { spliceWebp } from './webp-chunks.js';

/**
 * Writes `source` with the metadata to `target` and returns true. Changes a TIFF in place and
 * returns false.
 */
export async function splice(
  format: Exclude<PhotoFormat, 'avif'>,
  source: string,
  target: string,
  context: SpliceContext,
): Promise<boolean> {
  if (format === 'tiff') {
    await using(source, 'r+', (file) => appendTiffTags(file, context));
    return false;
  }
  const write = { jpeg: spliceJpeg, png: splicePng, webp: spliceWebp }[format];
  await using(source, 'r', (from) => using(target, 'wx', (to) => write(from, to, context)));
  return true;
}

async function using(
  path: string,
  flags: string,
  work: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags);
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
