/** Pixels by address, as an answer in HTTP's terms: what both hosts serve below `/image/`. */
import { parsePixelPath } from '../../shared/protocol/pixels.js';
import { toUnsmearError, type ErrorCode } from '../../shared/core/errors.js';
import { isImmutable, type PixelSource } from '../app/service.js';
import type { FaultLog } from './rpc.js';

export interface PixelAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  /** null: as everything else. */
  readonly caching: string | null;
}

const ONE_YEAR = 'private, max-age=31536000, immutable';

/** `path` as it was sent: nothing that only decodes to an address of ours is one. Never rejects. */
export async function answerPixels(
  signal: AbortSignal,
  pixels: PixelSource,
  path: string,
  onFault: FaultLog,
): Promise<PixelAnswer> {
  const address = parsePixelPath(path);
  if (address === null) return inWords(404, 'Not found.');
  try {
    const { type, body } = await pixels(signal, address);
    return { status: 200, type, body, caching: isImmutable(address) ? ONE_YEAR : null };
  } catch (error) {
    const { code } = toUnsmearError(error);
    if (code === 'internal') onFault(path, error);
    return inWords(statusOf(code), code);
  }
}

function inWords(status: number, body: string): PixelAnswer {
  return { status, type: 'text/plain', body, caching: null };
}

/** The status that comes closest; the code itself is in the body. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'file-missing':
      return 404;
    case 'image-too-large':
      return 413;
    case 'format-unsupported':
    case 'image-broken':
      return 415;
    case 'option-invalid':
      return 400;
    case 'disk-full':
      return 507;
    case 'cancelled':
    case 'disconnected':
      return 503;
    default:
      return 500;
  }
}
