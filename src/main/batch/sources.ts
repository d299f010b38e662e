/** What steers the restoration of one photo of a batch: its mask by naming rule, and its sidecar. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BatchSettings } from '../../shared/batch.js';
import { readEdit } from '../../shared/edit-file.js';
import { settingsOf } from '../../shared/edit.js';
import { UnsmearError } from '../../shared/errors.js';
import { GreyPng } from '../../shared/grey-png.js';
import { hintsFor, hintsToRois } from '../../shared/hints.js';
import { nameFromTemplate } from '../../shared/naming-template.js';
import {
  fitRegions,
  isEverywhere,
  rasteriseBands,
  type RegionDocument,
} from '../../shared/regions/index.js';
import type { RoiHint } from '../../shared/restore.js';
import { exists } from '../imaging/atomic.js';
import type { OpenedPhoto } from '../imaging/decode.js';
import { ownOutput } from '../imaging/sniff.js';

/** Larger ones are no edits that this program wrote. */
const MAX_SIDECAR_BYTES = 64 << 20;

export interface Steering {
  /** Path of a grey PNG, null: everywhere. */
  readonly mask: string | null;
  readonly rois: readonly RoiHint[];
}

/** A sidecar that cannot be read fails its photo: a mask that someone drew must not be ignored silently. `scratch`: an own folder. */
export async function steeringFor(
  settings: BatchSettings,
  photo: OpenedPhoto,
  scratch: string,
): Promise<Steering> {
  const file = await maskFile(settings, photo);
  const edit = settings.sidecars ? await readSidecar(photo) : null;
  if (edit === null) return { mask: file, rois: [] };
  const mask = file ?? (await regionMask(edit.regions, photo, scratch));
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

async function readSidecar(
  photo: OpenedPhoto,
): Promise<Pick<ReturnType<typeof settingsOf>, 'hints' | 'regions'> | null> {
  const path = `${photo.path}.unsmear.json`;
  const status = await stat(path).catch(() => null);
  if (status === null) return null;
  if (status.size > MAX_SIDECAR_BYTES) throw unreadable(photo);
  const text = await readFile(path, 'utf8');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw unreadable(photo, cause);
  }
  const { edit } = readEdit(document, 0);
  const { hints, regions } = settingsOf(edit);
  return {
    hints: hintsFor(hints, edit.photo, photo),
    regions: fitRegions(regions, edit.photo, photo),
  };
}

function unreadable(photo: OpenedPhoto, cause?: unknown): UnsmearError {
  return new UnsmearError('edit-invalid', `The edit saved beside ${photo.name} cannot be read.`, {
    hint: 'Save it again in the editor, or leave saved edits out of the batch.',
    cause,
  });
}

async function regionMask(
  regions: RegionDocument,
  photo: OpenedPhoto,
  scratch: string,
): Promise<string | null> {
  if (isEverywhere(regions)) return null;
  const { width, height } = photo;
  const png = new GreyPng(width, height);
  const view = { rect: { x: 0, y: 0, w: width, h: height }, scale: 1 };
  for (const { coverage } of rasteriseBands(regions, photo, view)) png.add(coverage);
  const path = join(scratch, 'regions.png');
  await writeFile(path, Buffer.concat(png.finish()));
  return path;
}
