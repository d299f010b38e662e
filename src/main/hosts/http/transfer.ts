/** `POST /upload`: a photo dropped on the page. `GET /download/<id>`: a result, once. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { UnsmearError } from '../../../shared/core/errors.js';
import { UPLOAD_TYPE, type UploadAnswer } from '../../../shared/protocol/transfer.js';
import type { Downloads } from '../../app/downloads.js';
import { tooLarge, type Uploads } from '../../app/uploads.js';
import { notFound, whileConnected } from './images.js';
import { statusOf } from '../pixel-answers.js';
import { publicError, type FaultLog } from '../rpc.js';

export function addUploads(app: FastifyInstance, uploads: Uploads, onFault: FaultLog): void {
  // Other content types are refused before their body is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(UPLOAD_TYPE, (_request, payload, done) => done(null, payload));
  app.post('/upload', async (request, reply) => {
    const { name } = request.query as { name?: unknown };
    try {
      // Refuses a declared size at once and an undeclared one when it is reached.
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > uploads.limit) throw tooLarge(uploads.limit);
      const signal = whileConnected(reply.raw);
      const value = await uploads.receive(
        signal,
        typeof name === 'string' ? name : '',
        received(request.body as Readable),
      );
      return await answer(reply, 200, { ok: true, value });
    } catch (error) {
      const problem = publicError(error, (fault) => onFault('upload', fault));
      return answer(reply, statusOf(problem.code), { ok: false, error: problem });
    }
  });
}

async function* received(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    // The stream stays open when the reader stops: a client that is still sending gets the answer.
    yield* body.iterator({ destroyOnReturn: false });
  } catch (cause) {
    throw new UnsmearError('cancelled', {}, { cause });
  }
}

function answer(reply: FastifyReply, status: number, body: UploadAnswer): FastifyReply {
  return reply.code(status).send(body);
}

export function addDownloads(app: FastifyInstance, downloads: Downloads): void {
  app.get('/download/:id', async (request, reply) => {
    const { id } = request.params as { id: string };
    const download = downloads.take(id);
    if (download === null) return notFound(reply);
    const { size } = await stat(download.path);
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) void downloads.discard(download).catch(() => undefined);
      else downloads.giveBack(id, download);
    });
    return reply
      .type('application/octet-stream')
      .header('content-length', size)
      .header('content-disposition', contentDisposition(download.name))
      .send(createReadStream(download.path));
  });
}
