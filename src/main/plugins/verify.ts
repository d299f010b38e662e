/**
 * Verifies that a plug-in's files are the published ones and stay inside its folder, before the
 * runtime loads any of them. Manifests, hashes and graphs are read once per file and process.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UnsmearError } from '../../shared/core/errors.js';
import type { Manifest } from '../../shared/contracts/manifest.js';
import { FileCache, fileIdentity, type FileIdentity } from '../storage/file-cache.js';
import { NotOnnxError, externalDataOf } from './external-data.js';
import { readManifest } from './read-manifest.js';

/** Absolute path of a folder with a `plugin.json`. */
export type PluginFolder = string & { readonly __brand: 'PluginFolder' };

/** A plug-in whose files were verified; can be sent to other processes and threads. */
export interface VerifiedPlugin {
  readonly folder: PluginFolder;
  readonly manifest: Manifest;
  /** Every file that the graphs consist of, by its name in the manifest or else by its path. */
  readonly files: Readonly<Record<string, VerifiedFile>>;
}

export interface VerifiedFile {
  /** Absolute path without links. */
  readonly path: string;
  readonly identity: FileIdentity;
}

const manifests = new FileCache(readManifest);
const hashes = new FileCache(sha256);
const externalData = new FileCache(externalDataOf);

/** Returns the manifest in `folder`. Throws as `readManifest` does. */
export async function loadManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'plugin.json');
  const known = await manifests.get(path).catch(() => null);
  return known?.value ?? (await readManifest(path));
}

/**
 * Verifies graphs, shared weights and the external data of graphs. Throws `plugin-missing` without
 * a manifest, and `plugin-invalid` with the first problem.
 */
export async function verifyPlugin(folder: string): Promise<VerifiedPlugin> {
  const manifest = await loadManifest(folder);
  const files: Record<string, VerifiedFile> = {};
  for (const { file, sha256 } of [...manifest.data, ...manifest.stages]) {
    files[file] = await verifyFile(folder, file, sha256);
  }
  const listed = new Set(manifest.data.map(({ file }) => files[file]!.path));
  for (const { file, sha256 } of manifest.stages) {
    for (const path of await externalFiles(folder, file, files[file]!.path)) {
      // A hash vouches for a graph only together with the weights that the graph reads.
      if (sha256 !== undefined && !listed.has(path)) throw unlisted(file, path);
      files[path] = { path, identity: await fileIdentity(path) };
    }
  }
  return { folder: folder as PluginFolder, manifest, files };
}

/** Throws `plugin-invalid` if any file was changed or replaced after it was verified. */
export async function requireUnchanged({ files }: VerifiedPlugin): Promise<void> {
  for (const [file, { path, identity }] of Object.entries(files)) {
    const now = await fileIdentity(path).catch(() => null);
    if (now === identity) continue;
    throw new UnsmearError('plugin-invalid', { reason: 'changed', file });
  }
}

/** Throws `plugin-invalid` if the file leaves the folder, or has another hash than a given one. */
async function verifyFile(folder: string, file: string, hash?: string): Promise<VerifiedFile> {
  const path = await confinedFile(folder, file);
  if (hash === undefined) return { path, identity: await fileIdentity(path) };
  const { identity, value } = await hashes.get(path);
  if (value === hash) return { path, identity };
  throw new UnsmearError('plugin-invalid', { reason: 'not-published', file });
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Returns the real paths of the files that a graph reads; each must be inside the folder. */
async function externalFiles(folder: string, file: string, path: string): Promise<string[]> {
  const { value: locations } = await externalData.get(path).catch((cause: unknown) => {
    if (!(cause instanceof NotOnnxError)) throw cause;
    throw new UnsmearError('plugin-invalid', { reason: 'not-onnx', file }, { cause });
  });
  // The runtime resolves a location against the real folder of the ONNX file.
  const from = relative(await realpath(folder), dirname(path))
    .split(sep)
    .join('/');
  return Promise.all(
    locations.map((location) => {
      const inner = posix.join(from, location.replaceAll('\\', '/'));
      if (posix.isAbsolute(location) || inner.startsWith('..') || /^[a-zA-Z]:/.test(location)) {
        throw new UnsmearError('plugin-invalid', {
          reason: 'reads-outside',
          file,
          other: location,
        });
      }
      return confinedFile(folder, inner);
    }),
  );
}

/** Returns the real path of `inner`. Throws `plugin-invalid` unless it is a file in `folder`. */
async function confinedFile(folder: string, inner: string): Promise<string> {
  const root = await realpath(folder);
  const path = await realpath(join(root, inner)).catch((cause: unknown) => {
    throw new UnsmearError('plugin-invalid', { reason: 'lacks-file', file: inner }, { cause });
  });
  const way = relative(root, path);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || join(root, way) !== path) {
    throw new UnsmearError('plugin-invalid', { reason: 'leads-out', file: inner });
  }
  if (!(await stat(path)).isFile()) {
    throw new UnsmearError('plugin-invalid', { reason: 'no-file', file: inner });
  }
  return path;
}

function unlisted(graph: string, path: string): UnsmearError {
  return new UnsmearError('plugin-invalid', {
    reason: 'reads-unlisted',
    file: graph,
    other: basename(path),
  });
}
