/** Writing a photo with a result: the same bytes as the one-shot job gives for the same settings. */
import { stat } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { throwIfAborted, UnsmearError } from '../../../shared/errors.js';
import { checkEncodable, encodePhoto, readMask, type DecodedPhoto } from '../../imaging/index.js';
import { composeWindow } from '../compose.js';
import { checkOutput } from '../output.js';
import type { ExportCall, Exported } from './protocol.js';
import type { Result } from './result.js';

/** Rows composed before others get their turn. */
const BAND = 256;

/** What is not finished yet is written as it is so far, with a warning. `result` null: the photo as it is. */
export async function exportResult(
  signal: AbortSignal,
  call: ExportCall,
  input: string,
  photo: DecodedPhoto,
  result: Result | null,
): Promise<Exported> {
  const { path, format, ...options } = call.output;
  await checkOutput({ input, output: call.output });
  checkEncodable(photo, format, path);
  const mask = await maskFor(call.mask, photo);
  throwIfAborted(signal);
  const pixels = result === null ? photo.data : await composeAll(signal, call, photo, result, mask);
  const encoded = await encodePhoto(photo, pixels, { format, ...options }, path);
  const warnings = [...(result === null ? [] : unfinished(result)), ...encoded.warnings];
  return { path: encoded.path, bytes: (await stat(encoded.path)).size, warnings };
}

async function composeAll(
  signal: AbortSignal,
  call: ExportCall,
  photo: DecodedPhoto,
  result: Result,
  mask: Uint8Array | null,
): Promise<Uint8Array> {
  const { width, height, data } = photo;
  const pixels = new Uint8Array(data.length);
  const options = { mask, strength: call.strength };
  const residuals = result.residuals(call.stage);
  for (let y = 0; y < height; y += BAND) {
    const window = { x: 0, y, w: width, h: Math.min(BAND, height - y) };
    const band = pixels.subarray(y * width * 3, (y + window.h) * width * 3);
    composeWindow(photo, band, window, result.grid, residuals, options);
    await setImmediate();
    throwIfAborted(signal);
  }
  return pixels;
}

function maskFor(
  mask: ExportCall['mask'],
  { width, height }: DecodedPhoto,
): Promise<Uint8Array> | Uint8Array | null {
  if (typeof mask === 'string') return readMask(mask, width, height);
  if (mask === null || mask.length === width * height) return mask;
  throw new UnsmearError('mask-invalid', 'The mask has not the size of the photo.');
}

function unfinished(result: Result): string[] {
  const { done, total } = result.progress();
  const left = total - done;
  return [
    ...result.warnings(),
    ...(left === 0 ? [] : [`${left} of ${total} parts of the photo were not finished.`]),
  ];
}
