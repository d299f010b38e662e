/** Transport of the browser host: JSON over a WebSocket, on the page's and on the server's side. */
import type { ClosableChannel } from './channel.js';
import { UnsmearError } from '../core/errors.js';

/** Common part of the sockets of pages and of the server. */
export interface SocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
}

const CONNECTING = 0;
const OPEN = 1;

/** Bytes after which an unread backlog counts as a dead reader; more would fill the memory. */
const MAX_BEHIND = 64 << 20;

/** Resolves when the socket is open; rejects with `disconnected` if it cannot be opened. */
export function openSocketChannel(socket: SocketLike): Promise<ClosableChannel> {
  if (socket.readyState !== CONNECTING) return Promise.resolve(socketChannel(socket));
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(new UnsmearError('disconnected', { reason: 'unreached' }));
    socket.addEventListener('open', () => resolve(socketChannel(socket)));
    socket.addEventListener('error', fail);
    socket.addEventListener('close', fail);
  });
}

/** Wraps an open socket. Drops messages that are not valid JSON. */
export function socketChannel(socket: SocketLike): ClosableChannel {
  // Without a listener, an oversized message would be an uncaught error. `close` follows it.
  socket.addEventListener('error', () => undefined);
  return {
    post: (message) => {
      if (socket.readyState !== OPEN) return;
      if (socket.bufferedAmount > MAX_BEHIND) socket.close();
      else socket.send(JSON.stringify(message));
    },
    listen: (handler) => {
      socket.addEventListener('message', ({ data }) => {
        const message = parseJson(data);
        if (message !== undefined) handler(message);
      });
    },
    onClose: (handler) => {
      if (socket.readyState > OPEN) queueMicrotask(handler);
      else socket.addEventListener('close', handler);
    },
    close: () => socket.close(),
  };
}

function parseJson(data: unknown): unknown {
  if (typeof data !== 'string') return undefined;
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}
