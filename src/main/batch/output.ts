/** Decides where a photo's result goes, and whether it may go there. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { BatchSettings } from '../../shared/contracts/batch.js';
import { toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { nameFromTemplate } from '../../shared/contracts/naming-template.js';
import { alreadyExists, exists, numbered, syncFolder } from '../storage/atomic.js';
import type { OpenedPhoto } from '../imaging/codecs/open-photo.js';
import { exifOf } from '../imaging/metadata/metadata.js';
import { extensionOf, ownOutput } from '../imaging/codecs/sniff.js';
import { takenAt } from '../imaging/metadata/taken.js';
import type { Journal, Turn } from './journal.js';
import type { BatchId } from './journal-reader.js';

/** Returns the path by the template. Throws `name-invalid` if it yields no valid name. */
export function plannedOutput(settings: BatchSettings, turn: Turn, photo: OpenedPhoto): string {
  const format = settings.format ?? ownOutput(photo.format);
  const made = nameFromTemplate(settings.template, {
    name: photo.name,
    model: settings.model,
    date: takenAt(exifOf(photo)) ?? new Date(turn.modified),
    width: photo.width,
    height: photo.height,
    strength: settings.strength,
    counter: turn.number,
    format,
    extension: extensionOf(format),
  });
  if (made.name === null) {
    const [problem] = made.problems;
    throw new UnsmearError('name-invalid', {
      reason: 'template',
      name: photo.name,
      details: problem?.message ?? '',
    });
  }
  return join(outputFolder(settings, turn), made.name);
}

function outputFolder({ folder, keepFolders }: BatchSettings, turn: Turn): string {
  if (folder === null) return dirname(turn.input);
  return keepFolders ? join(folder, turn.within) : folder;
}

/**
 * Returns the path to use; `null` if the photo is skipped because its result exists. Never uses the
 * name of another photo's result: the policy is about files from before.
 */
export async function freeOutput(
  journal: Journal,
  batch: BatchId,
  { onExist }: Pick<BatchSettings, 'onExist'>,
  turn: Turn,
  planned: string,
  mask: string | null,
): Promise<string | null> {
  for (let i = 1; ; i++) {
    const path = i === 1 ? planned : numbered(planned, i);
    if (journal.isTaken(batch, path, turn.number)) continue;
    if (!(await exists(path))) return path;
    if (onExist === 'rename') continue;
    if (onExist === 'skip') return null;
    if (onExist === 'error') throw alreadyExists(path);
    await refuseOriginal(journal, batch, path, mask);
    return path;
  }
}

async function refuseOriginal(
  journal: Journal,
  batch: BatchId,
  path: string,
  mask: string | null,
): Promise<void> {
  const real = await realpath(path);
  if ((await stat(path)).isDirectory()) {
    throw new UnsmearError('output-unwritable', { reason: 'template-folder', path });
  }
  const isMask = mask !== null && real === (await realpath(mask));
  if (!isMask && !journal.isInput(batch, real)) return;
  throw new UnsmearError('output-is-input', { reason: 'batch', name: basename(path) });
}

/** Tolerance in ms: some file systems store even seconds. */
const COARSE_MS = 2000;

/**
 * Returns whether an interrupted run of this batch wrote the file. Outputs are renamed into place
 * whole and no other photo has this name, so a file from after `began` is the result.
 */
export async function cameSince(path: string, began: number): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status?.isFile() === true && status.ctimeMs >= began - COARSE_MS;
}

/**
 * Throws `output-gone` if the folder of the results has disappeared. Creating it again could write
 * to another disk than the removed drive.
 */
export async function refuseGone(
  { folder }: Pick<BatchSettings, 'folder'>,
  begun: boolean,
): Promise<void> {
  if (folder === null || !begun || (await exists(folder))) return;
  throw new UnsmearError('output-gone', { folder: basename(folder) });
}

/**
 * Creates the folder and makes it durable. `top`: an existing ancestor (or the folder itself) that
 * is not created again; `null` = none.
 */
export async function makeOutputFolder(folder: string, top: string | null): Promise<void> {
  const first = await makeMissing(folder, top).catch((cause: unknown) => {
    const known = toUnsmearError(cause);
    if (known.code === 'disk-full') throw known;
    throw new UnsmearError('output-unwritable', { reason: 'folder-unmakeable', folder }, { cause });
  });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

/** Creates missing folders and returns the outermost one; `undefined` if all exist. */
async function makeMissing(folder: string, top: string | null): Promise<string | undefined> {
  if (top === null) return mkdir(folder, { recursive: true });
  let first: string | undefined;
  let path = top;
  for (const part of relative(top, folder).split(sep)) {
    if (part === '') continue;
    path = join(path, part);
    if (await exists(path)) continue;
    await mkdir(path);
    first ??= path;
  }
  return first;
}
