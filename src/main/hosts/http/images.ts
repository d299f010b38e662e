/** `GET /image/...`: pixels by address; work stops when the client disconnects. */
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PixelSource } from '../../app/service.js';
import { answerPixels } from '../pixel-answers.js';
import type { FaultLog } from '../rpc.js';

export function addImages(app: FastifyInstance, pixels: PixelSource, onFault: FaultLog): void {
  app.get('/image/*', async (request, reply) => {
    const signal = whileConnected(reply.raw);
    const answer = await answerPixels(signal, pixels, request.raw.url ?? '', onFault);
    if (answer.caching !== null) void reply.header('cache-control', answer.caching);
    return reply.code(answer.status).type(answer.type).send(answer.body);
  });
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).type('text/plain').send('Not found.');
}

/** Returns a signal that aborts when the client disconnects before the answer is complete. */
export function whileConnected(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
