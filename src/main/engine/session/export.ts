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
import { compose, type Residuals } from '../../tiling/compose.js';
import type { Grid } from '../../tiling/grid.js';
import type { ExportCall, Exported } from '../protocol.js';
import { maskPixels, maskTouches, type MaskReader, type Touches } from './coverage.js';
import { ExportProgress } from './export-progress.js';
import { warningsOf } from './report.js';
import type { Restoration, Selection } from './restoration.js';

/** Rows composed before the event loop gets a turn. */
const BAND = 256;
/** The same for one-shot restorations, whose engine displays no photo meanwhile. */
const ONE_SHOT_BAND = 1024;

/** Progress after the mask and after the pixels, as shares of the whole export. */
const MASKED = 0.2;
const COMPOSED = 0.4;

interface ExportParts {
  /** Path of the photo. */
  readonly input: string;
  readonly photo: DecodedPhoto;
  /** `null` = the photo unchanged. */
  readonly restoration: Restoration | null;
  readonly masks: MaskReader;
  readonly progress: (done: number) => void;
}

/** Writes unfinished tiles as far as they are, with a warning. Leaves no file when aborted. */
export async function exportPhoto(
  signal: AbortSignal,
  call: ExportCall,
  { input, photo, restoration, masks, progress }: ExportParts,
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
      : await composeAll(signal, call, source, { restoration, masks, reporting });
  const encoded = await reporting.encoding(written, photo.width * photo.height, () =>
    encodePhoto(photo, composed.pixels, { format: written, ...options }, path, signal),
  );
  const warnings = [...composed.warnings, ...encoded.warnings];
  return { path: encoded.path, bytes: (await stat(encoded.path)).size, warnings };
}

interface ComposeParts {
  readonly restoration: Restoration;
  readonly masks: MaskReader;
  readonly reporting: ExportProgress;
}

async function composeAll(
  signal: AbortSignal,
  call: ExportCall,
  photo: DecodedPhoto,
  { restoration, masks, reporting }: ComposeParts,
): Promise<{ pixels: Samples; warnings: WarningData[] }> {
  const { width, height, data } = photo;
  const masked = (share: number) => reporting.at(MASKED * share);
  const mask = await maskPixels(signal, call.mask, photo, masks, masked);
  // In place for large photos: a second copy would exceed the memory bound.
  const pixels = call.inPlace ? data : emptyLike(data, data.length);
  const touched = mask === null ? null : maskTouches(mask, photo);
  const residuals = within(touched, restoration.grid, restoration.residuals(call.stage));
  const begin = mask === null ? 0 : MASKED;
  const rows = call.inPlace ? ONE_SHOT_BAND : BAND;
  for (let y = 0; y < height; y += rows) {
    const window = { x: 0, y, w: width, h: Math.min(rows, height - y) };
    const band = pixels.subarray(y * width * 3, (y + window.h) * width * 3);
    const options = { mask, strength: call.strength, window };
    compose(photo, band, restoration.grid, residuals, options);
    reporting.at(begin + ((COMPOSED - begin) * (y + window.h)) / height);
    await setImmediate();
    throwIfAborted(signal);
  }
  // One-shot restorations write their photo only when every tile is done.
  if (call.inPlace) return { pixels, warnings: warningsOf(restoration) };
  // With strength 0 nothing was to be computed.
  const warnings = call.strength === 0 ? [] : unfinished(restoration, restoration.select(touched));
  return { pixels, warnings };
}

/** Leaves out tiles without a pixel inside the mask, which would be enlarged for nothing. */
function within(touched: Touches | null, { tiles }: Grid, residuals: Residuals): Residuals {
  if (touched === null) return residuals;
  const isInside = tiles.map(({ rect }) => touched(rect));
  return {
    ...residuals,
    residual: (index) => (isInside[index] ? residuals.residual(index) : null),
  };
}

function unfinished(restoration: Restoration, selection: Selection): WarningData[] {
  const { done, total } = restoration.progress(selection);
  const left = total - done;
  return [
    ...warningsOf(restoration),
    ...(left === 0 ? [] : [{ code: 'parts-unfinished', params: { left, total } } as const]),
  ];
}
