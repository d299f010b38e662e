/**
 * Writes a photo with its restoration to a file: the same bytes for the editor and the command
 * line.
 */
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted, type WarningData } from '../../../shared/core/errors.js';
import {
  checkEncodable,
  coloursFor,
  emptyLike,
  encodePhoto,
  type DecodedPhoto,
  type Samples,
} from '../../imaging/index.js';
import { checkOutput } from '../../storage/output-check.js';
import type { ExportCall, Exported } from '../protocol.js';
import { composeWindow } from '../tiling/compose.js';
import { maskPixels, maskTouches } from './coverage.js';
import { ExportProgress } from './export-progress.js';
import type { Restoration, Selection } from './restoration.js';

/** Rows composed before the event loop gets a turn. */
const BAND = 256;

/** Progress after the mask and after the pixels, as shares of the whole export. */
const MASKED = 0.2;
const COMPOSED = 0.4;

export interface ExportParts {
  /** Path of the photo. */
  readonly input: string;
  readonly photo: DecodedPhoto;
  /** `null` = the photo unchanged. */
  readonly restoration: Restoration | null;
  readonly progress: (done: number) => void;
}

/** Writes unfinished tiles as far as they are, with a warning. Leaves no file when aborted. */
export async function exportPhoto(
  signal: AbortSignal,
  call: ExportCall,
  { input, photo, restoration, progress }: ExportParts,
): Promise<Exported> {
  const { path, format, ...options } = call.output;
  await checkOutput({ input, output: call.output });
  const written = checkEncodable(photo, format, path);
  const reporting = new ExportProgress(progress);
  reporting.at(0);
  const colours = coloursFor(photo, { ...options, format: written }, path);
  const source = { ...photo, data: colours };
  const composed =
    restoration === null
      ? { pixels: colours, warnings: [] }
      : await composeAll(signal, call, source, restoration, reporting);
  const encoded = await reporting.encoding(written, photo.width * photo.height, () =>
    encodePhoto(photo, composed.pixels, { format: written, ...options }, path, signal),
  );
  const warnings = [...composed.warnings, ...encoded.warnings];
  return { path: encoded.path, bytes: (await stat(encoded.path)).size, warnings };
}

async function composeAll(
  signal: AbortSignal,
  call: ExportCall,
  photo: DecodedPhoto,
  restoration: Restoration,
  progress: ExportProgress,
): Promise<{ pixels: Samples; warnings: WarningData[] }> {
  const { width, height, data } = photo;
  const mask = await maskPixels(signal, call.mask, photo, (share) => progress.at(MASKED * share));
  // In place for large photos: a second copy would exceed the memory bound.
  const pixels = call.inPlace ? data : emptyLike(data, data.length);
  const options = { mask, strength: call.strength };
  const residuals = restoration.residuals(call.stage);
  const begin = mask === null ? 0 : MASKED;
  for (let y = 0; y < height; y += BAND) {
    const window = { x: 0, y, w: width, h: Math.min(BAND, height - y) };
    const band = pixels.subarray(y * width * 3, (y + window.h) * width * 3);
    composeWindow(photo, band, window, restoration.grid, residuals, options);
    progress.at(begin + ((COMPOSED - begin) * (y + window.h)) / height);
    await setImmediate();
    throwIfAborted(signal);
  }
  const touched = mask === null ? null : maskTouches(mask, photo);
  // With strength 0 nothing was to be computed.
  const warnings = call.strength === 0 ? [] : unfinished(restoration, restoration.select(touched));
  return { pixels, warnings };
}

function unfinished(restoration: Restoration, selection: Selection): WarningData[] {
  const { done, total } = restoration.progress(selection);
  const left = total - done;
  return [
    ...restoration.warnings(),
    ...(left === 0 ? [] : [{ code: 'parts-unfinished', params: { left, total } } as const]),
  ];
}
