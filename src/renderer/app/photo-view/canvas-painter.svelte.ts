/** The painter of the canvas element, and what goes wrong with it. */
import { toErrorData } from '../../../shared/core/errors.js';
import { RemotePainter, startPainter, type Look } from '../../canvas/remote-painter.js';

export class CanvasPainter {
  /** How many of the wanted tiles could not be loaded. */
  failures = $state(0);
  /** Why nothing is drawn, for who looks into it. */
  broken = $state<string | null>(null);
  #painter: RemotePainter | null = null;

  /** Draws on an element, which can be handed over only once, until the returned function is called. */
  take(element: HTMLCanvasElement): () => void {
    this.failures = 0;
    this.broken = null;
    let thread: ReturnType<typeof startPainter> | null = null;
    try {
      thread = startPainter();
      this.#painter = new RemotePainter(thread, element.transferControlToOffscreen(), {
        failures: (count) => (this.failures = count),
        broken: (cause) => (this.broken = cause),
      });
    } catch (error) {
      // A browser without threads or canvases that threads can draw on.
      this.broken = toErrorData(error).message;
    }
    return () => {
      this.#painter = null;
      thread?.stop();
    };
  }

  /** Draws now, or as it looks when the frame before is drawn. */
  show(look: () => Look): void {
    this.#painter?.show(look);
  }

  /** Asks again for the tiles that failed. */
  retryTiles(): void {
    this.failures = 0;
    this.#painter?.retry();
  }
}
