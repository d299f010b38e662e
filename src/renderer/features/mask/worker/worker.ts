/**
 * Entry of the worker that rasterises the mask; large brushes and wide feathers never block the
 * editor.
 */
import { toErrorData } from '../../../../shared/core/errors.js';
import type { MaskAnswer, MaskRequest } from './protocol.js';
import { MaskServer } from './server.js';

const server = new MaskServer();

addEventListener('message', ({ data }: MessageEvent<MaskRequest>) => {
  const answer = answerTo(data);
  const pixels = 'updates' in answer ? answer.updates.map(({ coverage }) => coverage.buffer) : [];
  postMessage(answer, { transfer: pixels });
});

function answerTo(request: MaskRequest): MaskAnswer {
  try {
    return server.answer(request);
  } catch (error) {
    return { error: toErrorData(error) };
  }
}
