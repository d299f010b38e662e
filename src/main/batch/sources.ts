/** Finds a batch photo's mask by the naming rule, and its hints and regions in the sidecar. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BatchSettings } from '../../shared/contracts/batch.js';
import { throwIfAborted, toErrorData, UnsmearError } from '../../shared/core/errors.js';
import { GreyPng } from '../../shared/core/grey-png.js';
import type { EditSettings } from '../../shared/edit/edit.js';
import { hintsFor, hintsToRois } from '../../shared/edit/hints.js';
import { nameFromTemplate } from '../../shared/contracts/naming-template.js';
import {
  fitRegions,
  isEverywhere,
  rasteriseInSteps,
  type RegionDocument,
} from '../../shared/regions/index.js';
import type { RoiHint } from '../../shared/contracts/restore.js';
import { exists } from '../storage/atomic.js';
import type { OpenedPhoto } from '../imaging/codecs/open-photo.js';
import { ownOutput } from '../imaging/codecs/sniff.js';
import { readSidecar } from '../storage/edits.js';

/** Longest time in ms that drawing a mask blocks this process, which also handles signals. */
const PAUSE_AFTER_MS = 50;

export interface Steering {
  /** Path of a grey PNG; `null` = everywhere. */
  readonly mask: string | null;
  readonly rois: readonly RoiHint[];
}

/**
 * Returns the mask and the hints of a photo; writes a drawn mask to the folder `scratch`. Throws
 * `edit-invalid` for an unreadable sidecar, because a drawn mask must not be ignored silently.
 */
export async function steeringFor(
  signal: AbortSignal,
  settings: BatchSettings,
  photo: OpenedPhoto,
  scratch: string,
): Promise<Steering> {
  const file = await maskFile(settings, photo);
  const edit = settings.sidecars ? await savedRegions(photo) : null;
  if (edit === null) return { mask: file, rois: [] };
  const mask = file ?? (await regionMask(signal, edit.regions, photo, scratch));
  return { mask, rois: hintsToRois(edit.hints, photo) };
}

async function maskFile(
  { masks, ...settings }: BatchSettings,
  photo: OpenedPhoto,
): Promise<string | null> {
  if (masks === null) return null;
  const { name } = nameFromTemplate(masks, {
    name: photo.name,
    model: settings.model,
    date: new Date(0),
    width: photo.width,
    height: photo.height,
    strength: settings.strength,
    counter: 1,
    format: ownOutput(photo.format),
    extension: '',
  });
  if (name === null) return null;
  const path = join(dirname(photo.path), name);
  return (await exists(path)) ? path : null;
}

/** Returns the hints and regions saved beside a photo, or `null` if there are none. */
async function savedRegions(
  photo: OpenedPhoto,
): Promise<Pick<EditSettings, 'hints' | 'regions'> | null> {
  try {
    const saved = await readSidecar(photo.path);
    if (saved === null) return null;
    const { hints, regions } = saved.settings;
    return {
      hints: hintsFor(hints, saved.photo, photo),
      regions: fitRegions(regions, saved.photo, photo),
    };
  } catch (cause) {
    throw unreadable(photo, cause);
  }
}

function unreadable(photo: OpenedPhoto, cause: unknown): UnsmearError {
  const problem = toErrorData(cause, 'file-unreadable');
  return new UnsmearError(
    'edit-invalid',
    { reason: 'sidecar', name: photo.name, problem },
    { cause },
  );
}

async function regionMask(
  signal: AbortSignal,
  regions: RegionDocument,
  photo: OpenedPhoto,
  scratch: string,
): Promise<string | null> {
  if (isEverywhere(regions)) return null;
  const { width, height } = photo;
  const png = new GreyPng(width, height);
  const view = { rect: { x: 0, y: 0, w: width, h: height }, scale: 1 };
  let since = performance.now();
  for (const band of rasteriseInSteps(regions, photo, view)) {
    if (band !== null) png.add(band.coverage);
    if (performance.now() - since < PAUSE_AFTER_MS) continue;
    await setImmediate();
    throwIfAborted(signal);
    since = performance.now();
  }
  const path = join(scratch, 'regions.png');
  await writeFile(path, Buffer.concat(png.finish()));
  return path;
}
