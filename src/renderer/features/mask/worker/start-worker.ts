/** Starts the mask's thread. */
import type { MaskPort } from './client.js';
import type { MaskAnswer } from './protocol.js';

export function startMaskWorker(): MaskPort {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request) => worker.postMessage(request),
    listen: (handler) => {
      worker.addEventListener('message', ({ data }: MessageEvent<MaskAnswer>) => handler(data));
      worker.addEventListener('error', ({ message }) => handler({ error: message }));
    },
  };
}
