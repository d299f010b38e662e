/** Answers requests for pixels below `/image/` in HTTP's terms, for both hosts. */
import { parsePixelPath } from '../../shared/protocol/pixels.js';
import { toUnsmearError, type ErrorCode } from '../../shared/core/errors.js';
import { isImmutable, type PixelSource } from '../app/service.js';
import type { FaultLog } from './rpc.js';

interface PixelAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array | string;
  /** null: as everything else. */
  readonly caching: string | null;
}

const ONE_YEAR = 'private, max-age=31536000, immutable';

/** Takes the path as sent: encoded variants of an address are refused. Never rejects. */
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

/** Returns the closest HTTP status; the body has the error code. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'file-missing':
    case 'photo-not-open':
    case 'result-missing':
      return 404;
    case 'image-too-large':
      return 413;
    case 'format-unsupported':
    case 'image-broken':
      return 415;
    case 'request-invalid':
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
