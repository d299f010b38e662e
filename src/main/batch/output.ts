/** Where the result of one photo of a batch goes, and whether it may go there. */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { BatchSettings } from '../../shared/contracts/batch.js';
import { toUnsmearError, UnsmearError } from '../../shared/core/errors.js';
import { nameFromTemplate } from '../../shared/contracts/naming-template.js';
import { alreadyExists, exists, numbered, syncFolder } from '../storage/atomic.js';
import type { OpenedPhoto } from '../imaging/codecs/decode.js';
import { exifOf } from '../imaging/metadata/metadata.js';
import { extensionOf, ownOutput } from '../imaging/codecs/sniff.js';
import { takenAt } from '../imaging/metadata/taken.js';
import type { BatchId, Journal, Turn } from './journal.js';

/** The name that the template gives. Throws `name-invalid` where it gives none for this photo. */
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

export function outputFolder({ folder, keepFolders }: BatchSettings, turn: Turn): string {
  if (folder === null) return dirname(turn.input);
  return keepFolders ? join(folder, turn.within) : folder;
}

/**
 * The name that is used, null: the photo is left alone since its result exists. Names that other photos of the batch have are
 * never given twice, whatever the policy: it is about files that were there before.
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

/** Times of some file systems are even seconds. */
const COARSE_MS = 2000;

/**
 * Whether the file at `path` was put there by an interrupted run of this batch that began with it at `began`. Outputs are
 * renamed into place whole, and no other photo has this name: if it came since, it is the result.
 */
export async function cameSince(path: string, began: number): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status?.isFile() === true && status.ctimeMs >= began - COARSE_MS;
}

/**
 * Throws `output-gone` when the folder of the results was there and is not any more: made anew, it would lie on another disk than the
 * drive that was taken away.
 */
export async function refuseGone(
  { folder }: Pick<BatchSettings, 'folder'>,
  begun: boolean,
): Promise<void> {
  if (folder === null || !begun || (await exists(folder))) return;
  throw new UnsmearError('output-gone', { folder: basename(folder) });
}

/**
 * New folders are as durable as what will be in them. `top`: a folder above, or this one, that is there already and is not made
 * anew; null: all may be made.
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

/** Returns the first folder that was made, if one was. */
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
