/** Reads and validates `plugin.json`. */
import { dirname } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import { Manifest } from '../../shared/contracts/manifest.js';
import { readRegularText } from '../storage/regular-file.js';

const MAX_BYTES = 1 << 20;

/**
 * Returns the manifest in the file `path`, with defaults filled in. Throws `plugin-missing` without
 * a file, and `plugin-invalid` with the first problem.
 */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readRegularText(path, MAX_BYTES).catch((error: unknown) => {
    if (error instanceof UnsmearError)
      throw new UnsmearError('plugin-invalid', {
        reason: 'manifest-unreadable',
        problem: error.toData(),
      });
    throw new UnsmearError(
      'plugin-missing',
      { reason: 'folder', folder: dirname(path) },
      { cause: error },
    );
  });
  if (text === null)
    throw new UnsmearError('plugin-invalid', { reason: 'manifest-too-large', path });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UnsmearError(
      'plugin-invalid',
      { reason: 'manifest-no-json', path },
      { cause: error },
    );
  }
  const parsed = Manifest.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') ?? '';
  throw new UnsmearError('plugin-invalid', {
    reason: 'manifest',
    path,
    place,
    details: issue?.message ?? '',
  });
}
