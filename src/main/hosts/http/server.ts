/** Server of the browser host on 127.0.0.1: the editor's files, its API (WebSocket) and pixels. */
import type { AddressInfo, Socket } from 'node:net';
import cookies from '@fastify/cookie';
import files from '@fastify/static';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance } from 'fastify';
import { MAX_EDIT_BYTES } from '../../../shared/edit/limits.js';
import { socketChannel } from '../../../shared/protocol/socket.js';
import { SOCKET_PATH } from '../../../shared/protocol/transfer.js';
import { UnsmearError } from '../../../shared/core/errors.js';
import type { Downloads } from '../../app/downloads.js';
import type { PixelSource, ServedCalls } from '../../app/service.js';
import type { Uploads } from '../../app/uploads.js';
import { Access } from './access.js';
import { addGuard, badAddress, LOOPBACK } from './guard.js';
import { addImages, notFound } from './images.js';
import { addDownloads, addUploads } from './transfer.js';
import { serveApi, type FaultLog } from '../rpc.js';

interface HttpHostOptions {
  /** `0` = any free port. */
  readonly port: number;
  /** Folder of the built editor. */
  readonly app: string;
  readonly service: ServedCalls;
  /** `null`: serves no pixels. */
  readonly pixels: PixelSource | null;
  readonly uploads: Uploads;
  readonly downloads: Downloads;
  readonly onFault?: FaultLog;
}

export interface HttpHost {
  readonly port: number;
  /** Address with the lasting token, for the user. */
  readonly address: string;
  /** Returns an address that works once. `ended` is called when it stops working. */
  oneTimeAddress(ended?: () => void, lifetimeMs?: number): string;
  /** Ends every connection and aborts calls in flight. */
  close(): Promise<void>;
}

/** Largest message from an editor in bytes: an edit, and the call around it. */
const MAX_MESSAGE = MAX_EDIT_BYTES + (1 << 20);

/** Time in ms for editors to close their connections before they are cut. */
const GOODBYE_MS = 500;

/** Rejects with `option-invalid` if the port is in use. */
export async function startHttpHost(options: HttpHostOptions): Promise<HttpHost> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
    // Addresses that cannot be decoded reach neither routes nor hooks.
    frameworkErrors: (_error, _request, reply) => {
      badAddress(reply);
    },
  });
  const port = (): number => (app.server.address() as AddressInfo).port;
  const access = new Access(port);
  await app.register(cookies);
  // Registered before the guard, so that it closes the sockets of refused upgrades.
  await app.register(websocket, { options: { maxPayload: MAX_MESSAGE } });
  addGuard(app, access);
  const { onFault = () => undefined } = options;
  app.get(`/${SOCKET_PATH}`, { websocket: true }, (socket) => {
    serveApi(socketChannel(socket), options.service, onFault);
  });
  if (options.pixels !== null) addImages(app, options.pixels, onFault);
  addUploads(app, options.uploads, onFault);
  addDownloads(app, options.downloads);
  await app.register(files, {
    root: options.app,
    dotfiles: 'ignore',
    // A revalidation on the same machine costs nothing.
    cacheControl: false,
    setHeaders: (reply) => {
      reply.header('cache-control', 'private, no-cache');
    },
  });
  app.setNotFoundHandler((_, reply) => notFound(reply));
  app.setErrorHandler((error, request, reply) => {
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode >= 500) onFault(`${request.method} ${request.url}`, error);
    return reply.code(statusCode).type('text/plain').send('The request failed.');
  });
  const endConnections = trackConnections(app);
  await listen(app, options.port);
  const address = (token: string): string => `http://${LOOPBACK}:${port()}/?token=${token}`;
  return {
    port: port(),
    address: address(access.token),
    oneTimeAddress: (ended = () => undefined, lifetimeMs) =>
      address(access.issueTicket(ended, lifetimeMs)),
    close: async () => {
      access.revokeTicket();
      const timer = setTimeout(endConnections, GOODBYE_MS);
      await app.close();
      clearTimeout(timer);
    },
  };
}

/** Returns a function that ends all connections, upgraded ones too (Node does not list those). */
function trackConnections(app: FastifyInstance): () => void {
  const open = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

async function listen(app: FastifyInstance, port: number): Promise<void> {
  try {
    await app.listen({ host: LOOPBACK, port });
  } catch (cause) {
    await app.close();
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new UnsmearError('option-invalid', { reason: 'port', port }, { cause });
  }
}
