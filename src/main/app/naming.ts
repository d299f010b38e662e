/** Where a result goes. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import type { OutputFormat } from '../../shared/contracts/restore.js';
import { extensionOf, formatOfExtension, ownOutput } from '../imaging/codecs/sniff.js';
import type { SourceFormat } from '../imaging/types.js';

export interface Destination {
  /** One file, for one input. */
  readonly file: string | null;
  /** A folder, else beside the input. */
  readonly folder: string | null;
  readonly format: OutputFormat | null;
}

/** `photo.jpg` → `photo.deblurred.jpg`. The extension says what the content will be. */
export function outputPath(input: string, content: SourceFormat, destination: Destination): string {
  if (destination.file !== null) return outputFile(destination.file, destination.format);
  const folder = resolve(destination.folder ?? dirname(input));
  const own = extname(input);
  const stem = formatOfExtension(input) === null ? basename(input) : basename(input, own);
  const format = destination.format ?? ownOutput(content);
  const extension = formatOfExtension(input) === format ? own : extensionOf(format);
  return join(folder, `${stem}.deblurred${extension}`);
}

/** An extension that is no format of ours would hide what the file is. */
function outputFile(file: string, format: OutputFormat | null): string {
  const extension = extname(file);
  const promised = formatOfExtension(file);
  if (extension !== '' && (promised === 'heic' || (promised === null && format === null))) {
    throw new UnsmearError('format-unsupported', { reason: 'extension', extension });
  }
  return resolve(file);
}

/** The real paths of the inputs, to recognize an output that would overwrite one of them. */
export async function realPaths(inputs: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set(
    await Promise.all(inputs.map((input) => realpath(input).catch(() => resolve(input)))),
  );
}
