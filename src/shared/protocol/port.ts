/** Transport of the desktop host: structured clones over a MessagePort. */
import type { ClosableChannel } from './channel.js';

/** Common part of the MessagePorts of pages and of Node. */
export interface PortLike {
  postMessage(message: unknown): void;
  start?(): void;
  close(): void;
  addEventListener(type: 'message' | 'close', listener: (event: object) => void): void;
}

/** Wraps a port. Must run before the port is transferred, because later listeners miss its end. */
export function portChannel(port: PortLike): ClosableChannel {
  let closed = false;
  const handlers: (() => void)[] = [];
  port.addEventListener('close', () => {
    closed = true;
    for (const handler of handlers.splice(0)) handler();
  });
  return {
    post: (message) => {
      if (!closed) port.postMessage(message);
    },
    listen: (handler) => {
      port.addEventListener('message', (event) => handler((event as { data?: unknown }).data));
      port.start?.();
    },
    onClose: (handler) => {
      if (closed) queueMicrotask(handler);
      else handlers.push(handler);
    },
    close: () => port.close(),
  };
}
