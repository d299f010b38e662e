/** Locates built files that are started as processes or threads. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UnsmearError } from '../../shared/core/errors.js';

/** Returns the file beside this bundle, or in the last build when run from source. */
export function builtFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = ['.', '..', '../../../out/main']
    .map((folder) => join(here, folder, name))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UnsmearError('engine-missing', { reason: 'not-built', file: name });
}
