/** Adapts Electron's `MessagePortMain` to the port that serves the API. */
import type { PortLike } from '../../../shared/protocol/port.js';

/** Part of Electron's `MessagePortMain` that is used. */
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
