/** Keeps a plug-in inside its folder, through links too. */
import { realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';

/** The real path of `inner`; throws `plugin-invalid` where it leads out of `folder` or to no file. */
export async function confinedFile(folder: string, inner: string): Promise<string> {
  const root = await realpath(folder);
  const path = await realpath(join(root, inner)).catch((cause: unknown) => {
    throw new UnsmearError('plugin-invalid', `${inner} is missing.`, { hint: REINSTALL, cause });
  });
  const way = relative(root, path);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || join(root, way) !== path) {
    throw new UnsmearError('plugin-invalid', `${inner} leads out of the plug-in's folder.`, {
      hint: 'Do not use this plug-in unless you trust where it comes from.',
    });
  }
  if (!(await stat(path)).isFile()) {
    throw new UnsmearError('plugin-invalid', `${inner} is not a file.`, { hint: REINSTALL });
  }
  return path;
}

export const REINSTALL = 'Install the plug-in again.';
