/** Ctrl-C: the first lets the tile in flight end and cleans up, the second does not wait. */
import { EXIT } from './exit.js';

export function interruptible(onSecond: () => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) {
      onSecond();
      process.exit(EXIT.interrupted);
    }
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  return controller.signal;
}
