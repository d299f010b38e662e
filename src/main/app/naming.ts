/** Names the results of the command line. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import type { OutputFormat } from '../../shared/contracts/restore.js';
import { extensionOf, formatOfExtension, ownOutput } from '../imaging/codecs/sniff.js';
import type { SourceFormat } from '../imaging/types.js';

export interface Destination {
  /** Path for a single input. */
  readonly file: string | null;
  /** Folder of the results; `null` = beside the input. */
  readonly folder: string | null;
  readonly format: OutputFormat | null;
}

/** Returns `photo.deblurred.jpg` for `photo.jpg`; the extension fits the content. */
export function outputPath(input: string, content: SourceFormat, destination: Destination): string {
  if (destination.file !== null) return outputFile(destination.file, destination.format);
  const folder = resolve(destination.folder ?? dirname(input));
  const own = extname(input);
  const stem = formatOfExtension(input) === null ? basename(input) : basename(input, own);
  const format = destination.format ?? ownOutput(content);
  const extension = formatOfExtension(input) === format ? own : extensionOf(format);
  return join(folder, `${stem}.deblurred${extension}`);
}

/** Checks an output file's extension: an unknown one would hide the format. */
function outputFile(file: string, format: OutputFormat | null): string {
  const extension = extname(file);
  const promised = formatOfExtension(file);
  if (extension !== '' && (promised === 'heic' || (promised === null && format === null))) {
    throw new UnsmearError('format-unsupported', { reason: 'extension', extension });
  }
  return resolve(file);
}

/** Returns the real paths of the inputs, to refuse an output that would overwrite one. */
export async function realPaths(inputs: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set(
    await Promise.all(inputs.map((input) => realpath(input).catch(() => resolve(input)))),
  );
}
