/** Decides where an export is written, and enforces every rule on the editor's choice again. */
import { lstat, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExportOptions } from '../../shared/protocol/calls.js';
import { UnsmearError } from '../../shared/core/errors.js';
import type { OutputFormat } from '../../shared/contracts/restore.js';
import { extensionOf, formatOfExtension } from '../imaging/codecs/sniff.js';

/** Throws `name-invalid` unless the extension fits the format: `.bashrc` is not a picture. */
export function checkExportName(name: string, format: OutputFormat): void {
  if (formatOfExtension(name) === format) return;
  const extension = extensionOf(format);
  throw new UnsmearError('name-invalid', { reason: 'extension', name, extension });
}

/**
 * Returns the path in `folder` to write to. Only `overwrite` replaces a file, and only a regular
 * one: never a link, a folder or the file of an open photo (`sources`). Rejects with
 * `output-unwritable` or `output-is-input`.
 */
export async function exportPath(
  folder: string,
  { name, onExist }: Pick<ExportOptions, 'name' | 'onExist'>,
  sources: readonly string[],
): Promise<string> {
  const path = join(folder, basename(name));
  // Every other policy writes to a free name.
  if (onExist !== 'overwrite') return path;
  // Inode numbers may exceed the integers of a double.
  const target = await lstat(path, { bigint: true }).catch(() => null);
  if (target === null) return path;
  if (!target.isFile()) {
    throw new UnsmearError('output-unwritable', { reason: 'not-a-file', name });
  }
  for (const source of sources) {
    const other = await stat(source, { bigint: true }).catch(() => null);
    if (other?.dev !== target.dev || other.ino !== target.ino) continue;
    throw new UnsmearError('output-is-input', { reason: 'open', name });
  }
  return path;
}
