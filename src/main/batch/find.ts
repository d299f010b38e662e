/** Turns files, folders and patterns into the ordered list of a batch's photos. */
import * as fs from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { escapePath, glob, isDynamicPattern } from 'tinyglobby';
import type { BatchOrder } from '../../shared/contracts/batch.js';
import { throwIfAborted, toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { nameFromTemplate } from '../../shared/contracts/naming-template.js';
import { isReadablePhoto } from '../app/folder.js';
import { isSpecial } from '../storage/regular-file.js';
import type { NewPhoto } from './journal.js';

export interface FindOptions {
  /** Searches subfolders too. */
  readonly recursive: boolean;
  readonly order: BatchOrder;
  /** Folder with results of earlier runs, which is not searched; `null` = none. */
  readonly except: string | null;
  /** Naming rule of masks (`BatchSettings.masks`); masks found in folders are not photos. */
  readonly masks: string | null;
  /** Photos of earlier batches by their results; a result is left out if its photo is found too. */
  readonly results: ReadonlyMap<string, string>;
}

interface NotFound {
  readonly input: string;
  readonly error: UnsmearError;
}

export interface Found {
  readonly photos: readonly NewPhoto[];
  /** Inputs that do not exist. Unreadable files count as photos and fail later. */
  readonly missing: readonly NotFound[];
}

const AT_ONCE = 64;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Returns named files with any extension; from folders and patterns, only files with a photo's
 * extension that are neither masks nor results. Pipes, sockets and devices count as files: the
 * batch reports each of them.
 */
export async function findPhotos(
  signal: AbortSignal,
  given: readonly string[],
  options: FindOptions,
): Promise<Found> {
  const photos = new Map<string, NewPhoto>();
  const named = new Set<string>();
  const missing: NotFound[] = [];
  for (const name of given) {
    throwIfAborted(signal);
    try {
      for (const photo of await resolveInput(signal, name, options)) {
        // Lists a photo once if several inputs lead to it.
        if (!photos.has(photo.real)) photos.set(photo.real, photo);
        if (photo.input === resolve(name)) named.add(photo.real);
      }
    } catch (error) {
      const found = toUnsmearError(error, 'file-unreadable');
      if (found.code === 'cancelled') throw found;
      missing.push({ input: name, error: found });
    }
  }
  const all = [...photos.values()];
  const inputs = new Set(all.map(({ input }) => input));
  const masks = new Set(masksOf(all, options.masks));
  const isOther = (path: string): boolean =>
    masks.has(path) || inputs.has(options.results.get(path) ?? '');
  const chosen = all.filter(({ input, real }) => named.has(real) || !isOther(input));
  return { photos: inOrder(chosen, options.order), missing };
}

/** Returns whether a file is the mask of a photo in the same folder. */
export async function isMask(path: string, rule: string | null): Promise<boolean> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  const photos = names.filter(isReadablePhoto).map((name) => ({ input: join(folder, name) }));
  return masksOf(photos, rule).includes(path);
}

/** Returns the paths of photos' masks by name; a rule with `{width}` yields no useful path. */
function masksOf(photos: readonly Pick<NewPhoto, 'input'>[], rule: string | null): string[] {
  if (rule === null) return [];
  return photos.flatMap(({ input }) => {
    const { name } = nameFromTemplate(rule, {
      ...{ name: basename(input), model: '', date: new Date(0), width: 0, height: 0 },
      ...{ strength: 1, counter: 1, format: 'png', extension: '' },
    });
    return name === null ? [] : [join(dirname(input), name)];
  });
}

async function resolveInput(
  signal: AbortSignal,
  name: string,
  options: FindOptions,
): Promise<NewPhoto[]> {
  const path = resolve(name);
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) {
    const pattern = options.recursive ? '**/*' : '*';
    return readAll(signal, await matching(signal, pattern, path, options), path);
  }
  if (found !== null) return readAll(signal, [path], dirname(path));
  if (!isDynamicPattern(name)) {
    throw new UnsmearError('file-missing', { reason: 'not-found', name: basename(name) });
  }
  const files = await matching(signal, name.split(sep).join('/'), process.cwd(), options);
  if (files.length > 0) return readAll(signal, files, fixedPart(name));
  throw new UnsmearError('file-missing', { reason: 'pattern', pattern: name });
}

/** Returns the part of a pattern before its first wildcard; subfolders are relative to it. */
function fixedPart(pattern: string): string {
  const parts = pattern.split(/[/\\]/);
  const fixed = parts.findIndex((part) => isDynamicPattern(part));
  return resolve(parts.slice(0, fixed).join('/') || (pattern.startsWith('/') ? '/' : '.'));
}

async function matching(
  signal: AbortSignal,
  pattern: string,
  cwd: string,
  { except }: FindOptions,
): Promise<string[]> {
  const ignore = except === null ? [] : [`${escapePath(resolve(except).split(sep).join('/'))}/**`];
  const inside = except === null ? false : !relative(resolve(except), cwd).startsWith('..');
  const files = await glob(pattern, {
    cwd,
    absolute: true,
    signal,
    // A folder of results that is an input itself is searched.
    ignore: inside ? [] : ignore,
    caseSensitiveMatch: process.platform === 'linux',
    fs: { readdir: readdirWithSpecial },
  });
  return files.map((file) => resolve(file)).filter((file) => isReadablePhoto(basename(file)));
}

/** Lists pipes, sockets and devices as files, which `glob` would skip silently. */
const readdirWithSpecial = ((path: string, _: unknown, done: ReaddirDone): void => {
  fs.readdir(path, { withFileTypes: true }, (error, entries) => {
    done(error, (entries as fs.Dirent[] | undefined)?.map(asFile));
  });
}) as typeof fs.readdir;

type ReaddirDone = (error: Error | null, entries?: fs.Dirent[]) => void;

function asFile(entry: fs.Dirent): fs.Dirent {
  if (entry.isSymbolicLink() || !isSpecial(entry)) return entry;
  return Object.create(entry, { isFile: { value: () => true } }) as fs.Dirent;
}

async function readAll(
  signal: AbortSignal,
  paths: readonly string[],
  top: string,
): Promise<NewPhoto[]> {
  const photos: NewPhoto[] = [];
  for (let i = 0; i < paths.length; i += AT_ONCE) {
    throwIfAborted(signal);
    photos.push(
      ...(await Promise.all(paths.slice(i, i + AT_ONCE).map((path) => describePhoto(path, top)))),
    );
  }
  return photos;
}

/** Describes a photo; `top` is the input folder it was found in. */
export async function describePhoto(path: string, top: string): Promise<NewPhoto> {
  const [real, status] = await Promise.all([
    realpath(path).catch(() => path),
    stat(path).catch(() => null),
  ]);
  return {
    input: path,
    real,
    within: relative(top, dirname(path)),
    bytes: status?.size ?? 0,
    modified: Math.round(status?.mtimeMs ?? 0),
  };
}

function inOrder(photos: NewPhoto[], order: BatchOrder): NewPhoto[] {
  const names = (a: NewPhoto, b: NewPhoto): number =>
    byName.compare(a.input, b.input) || (a.input < b.input ? -1 : 1);
  const compare: Record<Exclude<BatchOrder, 'given'>, (a: NewPhoto, b: NewPhoto) => number> = {
    name: names,
    oldest: (a, b) => a.modified - b.modified || names(a, b),
    newest: (a, b) => b.modified - a.modified || names(a, b),
    smallest: (a, b) => a.bytes - b.bytes || names(a, b),
    largest: (a, b) => b.bytes - a.bytes || names(a, b),
  };
  return order === 'given' ? photos : photos.sort(compare[order]);
}
