/** Runs the painter for one canvas element and reports its failures to the page. */
import { errorText } from '../../../shared/core/errors.js';
import { RemotePainter, startPainter, type FrameInput } from '../../canvas/remote-painter.js';

export class CanvasPainter {
  /** Number of wanted tiles that could not be loaded. */
  failures = $state(0);
  /** Technical reason why nothing is drawn; `null` while the painter works. */
  broken = $state<string | null>(null);
  #painter: RemotePainter | null = null;

  /** Starts drawing on an element that was not handed over before; the returned function stops. */
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
      // The browser lacks workers or `OffscreenCanvas`.
      this.broken = errorText(error);
    }
    return () => {
      this.#painter = null;
      thread?.stop();
    };
  }

  /** Draws now, or after the current frame with the state of that moment. */
  show(input: () => FrameInput): void {
    this.#painter?.show(input);
  }

  /** Requests the failed tiles again. */
  retryTiles(): void {
    this.failures = 0;
    this.#painter?.retry();
  }
}
