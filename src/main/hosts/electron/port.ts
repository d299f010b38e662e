/** Electron's own kind of message port, as the port that the API is served over. */
import type { PortLike } from '../../../shared/protocol/port.js';

/** What is used of Electron's `MessagePortMain`. */
export interface MainPort {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
}

export function mainPort(port: MainPort): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
    addEventListener: (type, listener) => {
      if (type === 'message') port.on('message', listener);
      else port.on('close', () => listener({}));
    },
  };
}
