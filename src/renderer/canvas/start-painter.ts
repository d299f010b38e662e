/** Starts the painter's thread. */
import type { PaintAnswer } from './paint-protocol.js';
import type { PaintPort } from './remote-painter.js';

/** `stop` ends it, with all that it holds. */
export function startPainter(): PaintPort & { stop(): void } {
  const worker = new Worker(new URL('./paint-worker.ts', import.meta.url), { type: 'module' });
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    listen: (handler) => {
      worker.addEventListener('message', ({ data }: MessageEvent<PaintAnswer>) => handler(data));
      // A script that cannot be loaded is told by a plain event without a message.
      worker.addEventListener('error', ({ message }: Partial<ErrorEvent>) =>
        handler({ kind: 'broken', cause: message ?? 'The script of the thread was not loaded.' }),
      );
    },
    stop: () => worker.terminate(),
  };
}
