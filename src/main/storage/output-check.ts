/** Checks the output before minutes are spent on it. */
import { access, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import type { RestoreRequest } from '../../shared/contracts/restore.js';

/** Throws `output-is-input`, `output-exists` or `output-unwritable`. */
export async function checkOutput({
  input,
  output,
}: Pick<RestoreRequest, 'input' | 'output'>): Promise<void> {
  if (output === null) return;
  const folder = await realpath(dirname(resolve(output.path))).catch((error: unknown) => {
    throw new UnsmearError(
      'output-unwritable',
      { reason: 'folder-missing', folder: dirname(output.path) },
      { cause: error },
    );
  });
  const path = join(folder, basename(output.path));
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists || output.onExist === 'rename') return;
  // Real paths also detect links to the input.
  const [target, source] = await Promise.all([realpath(path), realpath(input).catch(() => '')]);
  if (target === source) {
    throw new UnsmearError('output-is-input', { reason: 'input', name: basename(path) });
  }
  if (output.onExist !== 'overwrite') {
    throw new UnsmearError('output-exists', { reason: 'file', name: basename(path) });
  }
}

/** Returns `<folder>/<photo's name>.<suffix>.png`. */
export function sidePath(folder: string, input: string, suffix: string): string {
  return join(folder, `${basename(input).replace(/\.[^.]+$/, '')}.${suffix}.png`);
}
