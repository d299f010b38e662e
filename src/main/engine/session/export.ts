/** Writes a photo with its result; the bytes equal those of the one-shot job with the same settings. */
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted } from '../../../shared/core/errors.js';
import {
  isEverywhere,
  rasteriseInSteps,
  type RegionDocument,
} from '../../../shared/regions/index.js';
import {
  checkEncodable,
  coloursFor,
  emptyLike,
  encodePhoto,
  type DecodedPhoto,
  type Samples,
} from '../../imaging/index.js';
import { composeWindow } from '../tiling/compose.js';
import { checkOutput } from '../../storage/output-check.js';
import { ExportProgress } from './export-progress.js';
import type { ExportCall, Exported } from './protocol.js';
import type { Result } from './result.js';

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
  readonly result: Result | null;
  readonly tell: (done: number) => void;
}

/** Writes unfinished tiles as far as they are, with a warning. Leaves no file when aborted. */
export async function exportResult(
  signal: AbortSignal,
  call: ExportCall,
  { input, photo, result, tell }: ExportParts,
): Promise<Exported> {
  const { path, format, ...options } = call.output;
  await checkOutput({ input, output: call.output });
  const written = checkEncodable(photo, format, path);
  const progress = new ExportProgress(tell);
  progress.at(0);
  const source = { ...photo, data: coloursFor(photo, { ...options, format: written }, path) };
  const pixels =
    result === null ? source.data : await composeAll(signal, call, source, result, progress);
  const encoded = await progress.encoding(written, photo.width * photo.height, () =>
    encodePhoto(photo, pixels, { format: written, ...options }, path, signal),
  );
  const warnings = [...(result === null ? [] : unfinished(result)), ...encoded.warnings];
  return { path: encoded.path, bytes: (await stat(encoded.path)).size, warnings };
}

async function composeAll(
  signal: AbortSignal,
  call: ExportCall,
  photo: DecodedPhoto,
  result: Result,
  progress: ExportProgress,
): Promise<Samples> {
  const { width, height, data } = photo;
  const mask = await coverage(signal, call.regions, photo, progress);
  const pixels = emptyLike(data, data.length);
  const options = { mask, strength: call.strength };
  const residuals = result.residuals(call.stage);
  const begin = mask === null ? 0 : MASKED;
  for (let y = 0; y < height; y += BAND) {
    const window = { x: 0, y, w: width, h: Math.min(BAND, height - y) };
    const band = pixels.subarray(y * width * 3, (y + window.h) * width * 3);
    composeWindow(photo, band, window, result.grid, residuals, options);
    progress.at(begin + ((COMPOSED - begin) * (y + window.h)) / height);
    await setImmediate();
    throwIfAborted(signal);
  }
  return pixels;
}

/** Rasterises the mask at the photo's size; `null` = everywhere. */
async function coverage(
  signal: AbortSignal,
  regions: RegionDocument,
  { width, height }: DecodedPhoto,
  progress: ExportProgress,
): Promise<Uint8Array | null> {
  if (isEverywhere(regions)) return null;
  const mask = new Uint8Array(width * height);
  const rect = { x: 0, y: 0, w: width, h: height };
  for (const band of rasteriseInSteps(regions, { width, height }, { rect, scale: 1 })) {
    if (band !== null) {
      mask.set(band.coverage, band.rect.y * width);
      progress.at((MASKED * (band.rect.y + band.rect.h)) / height);
    }
    await setImmediate();
    throwIfAborted(signal);
  }
  return mask;
}

function unfinished(result: Result): string[] {
  const { done, total } = result.progress();
  const left = total - done;
  return [
    ...result.warnings(),
    ...(left === 0 ? [] : [`${left} of ${total} parts of the photo were not finished.`]),
  ];
}
