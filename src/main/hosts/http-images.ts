/** `GET /image/...`: pixels by address, abandoned when nobody waits for them any more. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parsePixelPath } from '../../shared/api/pixels.js';
import { toUnsmearError, type ErrorCode } from '../../shared/errors.js';
import { isImmutable, type PixelSource } from '../app/service.js';
import type { FaultLog } from './rpc.js';

const ONE_YEAR = 'private, max-age=31536000, immutable';

export function addImages(app: FastifyInstance, pixels: PixelSource, onFault: FaultLog): void {
  app.get('/image/*', async (request, reply) => {
    // The address as it was sent: nothing that decodes to one of ours counts.
    const address = parsePixelPath(request.raw.url ?? '');
    if (address === null) return notFound(reply);
    try {
      const { type, body } = await pixels(whileConnected(reply.raw), address);
      if (isImmutable(address)) void reply.header('cache-control', ONE_YEAR);
      return await reply.type(type).send(body);
    } catch (error) {
      const { code } = toUnsmearError(error);
      if (code === 'internal') onFault(request.url, error);
      return reply.code(statusOf(code)).type('text/plain').send(code);
    }
  });
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('Not found.');
}

/** Aborted when the client goes away before it has its answer. */
export function whileConnected(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
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
