/** Entry of the painter's thread; panning and zooming never wait for pixels. */
import type { PaintAnswer, PaintRequest } from './paint-protocol.js';
import { PaintServer } from './paint-server.js';

let server: PaintServer | null = null;

addEventListener('message', ({ data }: MessageEvent<PaintRequest>) => {
  if (data.kind === 'begin') {
    server = new PaintServer(data.canvas, (answer: PaintAnswer) => postMessage(answer));
  } else if (data.kind === 'frame') server?.show(data.frame);
  else server?.retry();
});
