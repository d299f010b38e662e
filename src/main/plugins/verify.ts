/** Everything that must hold before a plug-in's graphs are loaded. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UnsmearError } from '../../shared/errors.js';
import type { Manifest } from '../../shared/manifest.js';
import { REINSTALL, confinedFile } from './confine.js';
import { NotOnnxError, externalDataOf } from './external-data.js';

/** Throws `plugin-invalid` with the first thing that is wrong. */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  for (const stage of manifest.stages) {
    const path = await confinedFile(folder, stage.file);
    if (stage.sha256 !== undefined && (await sha256(path)) !== stage.sha256) {
      throw new UnsmearError(
        'plugin-invalid',
        `${stage.file} is not the file that was published (SHA-256 differs).`,
        {
          hint: REINSTALL,
        },
      );
    }
    await verifyExternalData(folder, stage.file, path);
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Weights outside the ONNX file: the same confinement, seen from where that file stands. */
async function verifyExternalData(folder: string, file: string, path: string): Promise<void> {
  const locations = await externalDataOf(path).catch((cause: unknown) => {
    if (!(cause instanceof NotOnnxError)) throw cause;
    throw new UnsmearError('plugin-invalid', `${file} is not an ONNX file.`, {
      hint: REINSTALL,
      cause,
    });
  });
  for (const location of locations) {
    const inner = posix.join(posix.dirname(file), location.replaceAll('\\', '/'));
    if (posix.isAbsolute(location) || inner.startsWith('..') || /^[a-zA-Z]:/.test(location)) {
      throw new UnsmearError(
        'plugin-invalid',
        `${file} wants to read ${location}, outside the plug-in's folder.`,
        {
          hint: 'Do not use this plug-in unless you trust where it comes from.',
        },
      );
    }
    // The runtime resolves it against the real folder of the ONNX file.
    const real = join(dirname(path), location);
    const seen = relative(folder, real).split(sep).join('/');
    await confinedFile(folder, seen.startsWith('..') ? inner : seen);
  }
}
