/** Starts the painter's thread. */
import type { PaintAnswer } from './paint-protocol.js';
import type { PaintPort } from './remote-painter.js';

/** `stop` ends it, with all that it holds. */
export function startPainter(): PaintPort & { stop(): void } {
  const worker = new Worker(new URL('./paint-worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen: (handler) =>
      worker.addEventListener('message', ({ data }: MessageEvent<PaintAnswer>) => handler(data)),
    stop: () => worker.terminate(),
  };
}
