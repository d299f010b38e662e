/** Checks that a plug-in's files are the published ones before the runtime loads any of them. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UnsmearError } from '../../shared/core/errors.js';
import type { Manifest } from '../../shared/contracts/manifest.js';
import { REINSTALL, confinedFile } from './confine.js';
import { NotOnnxError, externalDataOf } from './external-data.js';

/** A file as the manifest lists it; without a hash any content is accepted. */
export interface ListedFile {
  readonly file: string;
  readonly sha256?: string | undefined;
}

/** Verifies graphs and shared data. Throws `plugin-invalid` with the first problem. */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  for (const data of manifest.data) await verifiedFile(folder, data);
  for (const stage of manifest.stages) {
    const path = await verifiedFile(folder, stage);
    const read = await externalFiles(folder, stage.file, path);
    if (stage.sha256 !== undefined) refuseUnlisted(stage.file, read, manifest);
  }
}

/** Returns the real path of a listed file. Throws `plugin-invalid` if it leaves the folder or has another hash. */
export async function verifiedFile(folder: string, listed: ListedFile): Promise<string> {
  const path = await confinedFile(folder, listed.file);
  if (listed.sha256 !== undefined && (await sha256(path)) !== listed.sha256) {
    throw new UnsmearError(
      'plugin-invalid',
      `${listed.file} is not the file that was published (SHA-256 differs).`,
      { hint: REINSTALL },
    );
  }
  return path;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Returns the files, relative to the folder, that a graph reads beside itself; each must be inside the folder. */
async function externalFiles(folder: string, file: string, path: string): Promise<string[]> {
  const locations = await externalDataOf(path).catch((cause: unknown) => {
    if (!(cause instanceof NotOnnxError)) throw cause;
    throw new UnsmearError('plugin-invalid', `${file} is not an ONNX file.`, {
      hint: REINSTALL,
      cause,
    });
  });
  const files: string[] = [];
  for (const location of locations) {
    const inner = posix.join(posix.dirname(file), location.replaceAll('\\', '/'));
    if (posix.isAbsolute(location) || inner.startsWith('..') || /^[a-zA-Z]:/.test(location)) {
      throw new UnsmearError(
        'plugin-invalid',
        `${file} wants to read ${location}, outside the plug-in's folder.`,
        { hint: 'Do not use this plug-in unless you trust where it comes from.' },
      );
    }
    // The runtime resolves the location against the real folder of the ONNX file.
    const real = join(dirname(path), location);
    const seen = relative(folder, real).split(sep).join('/');
    await confinedFile(folder, seen.startsWith('..') ? inner : seen);
    files.push(inner);
  }
  return files;
}

/** A hash vouches for a graph only together with the weights that the graph reads. */
function refuseUnlisted(graph: string, files: readonly string[], { data }: Manifest): void {
  const unlisted = files.find((file) => !data.some((listed) => listed.file === file));
  if (unlisted === undefined) return;
  throw new UnsmearError(
    'plugin-invalid',
    `${graph} reads ${unlisted}, which plugin.json does not list under "data".`,
    { hint: REINSTALL },
  );
}
