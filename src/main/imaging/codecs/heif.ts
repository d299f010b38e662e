/** Decodes HEIC photos (HEVC stills of telephones), which sharp's build identifies only. */
import { Worker } from 'node:worker_threads';
import { UnsmearError, type WarningData } from '../../../shared/core/errors.js';
import type { Depth } from '../../../shared/contracts/restore.js';
import { builtFile } from '../../storage/built-file.js';
import { displayP3 } from '../colour/display.js';
import type { Samples } from '../colour/samples.js';

export interface HeifWanted {
  readonly path: string;
  readonly channels: 3 | 4;
  readonly depth: Depth;
}

/** Pixels as displayed: rotated and cropped as the file says. */
export interface HeifPixels {
  readonly width: number;
  readonly height: number;
  /** Interleaved samples in the file's encoding. */
  readonly data: Samples;
  /** Code points of ITU-T H.273; `null` if the file does not say. */
  readonly colours: { readonly primaries: number; readonly transfer: number } | null;
}

const BT709 = 1;
const DISPLAY_P3 = 12;
const UNSPECIFIED = 2;
/** Transfer functions of high dynamic range: perceptual quantizer and hybrid log-gamma. */
const HIGH_DYNAMIC_RANGE = [16, 18];

/** Decodes the main picture in a separate thread. `name` is for messages. */
export async function decodeHeif(wanted: HeifWanted, name: string): Promise<HeifPixels> {
  const worker = new Worker(builtFile('heif-worker.js'), {
    workerData: wanted,
  });
  try {
    return await new Promise<HeifPixels>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('The decoder ended.')));
    });
  } catch (cause) {
    throw new UnsmearError('image-broken', { reason: 'coding', name }, { cause });
  } finally {
    await worker.terminate();
  }
}

/**
 * Returns the profile for colours that the file gives as code points; `null` for sRGB, the default.
 * Throws `format-unsupported` for high dynamic range.
 */
export async function profileFor(
  colours: HeifPixels['colours'],
  name: string,
  warn: (warning: WarningData) => void,
): Promise<Uint8Array | null> {
  if (colours === null) return null;
  if (HIGH_DYNAMIC_RANGE.includes(colours.transfer)) {
    throw new UnsmearError('format-unsupported', { reason: 'hdr', name });
  }
  if (colours.primaries === DISPLAY_P3) return displayP3();
  if (colours.primaries !== BT709 && colours.primaries !== UNSPECIFIED) {
    warn({ code: 'colours-assumed', params: { name, primaries: colours.primaries } });
  }
  return null;
}
