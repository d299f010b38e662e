/** Connects an editor over each of the API's two transports. */
import { MessageChannel } from 'node:worker_threads';
import WebSocket from 'ws';
import { mainPort } from '../../src/main/hosts/electron/port.js';
import { startHttpHost, type HttpHost } from '../../src/main/hosts/http/server.js';
import type { PixelSource } from '../../src/main/app/service.js';
import { serveApi } from '../../src/main/hosts/rpc.js';
import { ApiClient } from '../../src/shared/protocol/client.js';
import { portChannel } from '../../src/shared/protocol/port.js';
import { openSocketChannel } from '../../src/shared/protocol/socket.js';
import type { ClosableChannel } from '../../src/shared/protocol/channel.js';
import type { LocalHost } from './local-host.js';
import { MessagePortMain } from './message-port-main.js';

export interface Editor {
  readonly client: ApiClient;
  /** Sends a message that the client does not know of. */
  readonly post: (message: unknown) => void;
  /** Receives everything that the host sends. */
  readonly listen: ClosableChannel['listen'];
  /** Ends the channel from the host's side. Resolves when the host has noticed. */
  readonly drop: () => Promise<void>;
}

export type Connect = (host: LocalHost) => Promise<Editor>;

/** Sends structured clones from a page's port to one of the main process, as Electron does. */
export const overPorts: Connect = (host) => {
  const { port1, port2 } = new MessageChannel();
  const there = portChannel(mainPort(new MessagePortMain(port1)));
  serveApi(there, host.service, (_, error) => host.faults.push(error));
  const here = portChannel(port2);
  const client = new ApiClient(here);
  return Promise.resolve({
    client,
    post: (message) => here.post(message),
    listen: (handler) => here.listen(handler),
    drop: () =>
      new Promise((resolve) => {
        there.onClose(resolve);
        there.close();
      }),
  });
};

/** Exchanges the address with the token for a cookie. */
export async function enter(address: string): Promise<string> {
  const answer = await fetch(address, { redirect: 'manual' });
  const cookie = /^[^;]+/.exec(answer.headers.get('set-cookie') ?? '')?.[0];
  if (answer.status >= 400 || cookie === undefined) throw new Error('the token was not taken');
  return cookie;
}

export function startHost(
  host: LocalHost,
  { port = 0, pixels = null }: { port?: number; pixels?: PixelSource | null } = {},
): Promise<HttpHost> {
  return startHttpHost({
    port,
    app: host.page,
    service: host.service,
    pixels,
    uploads: host.uploads,
    downloads: host.downloads,
    onFault: (_, error) => host.faults.push(error),
  });
}

export async function openSocket(server: HttpHost): Promise<WebSocket> {
  const cookie = await enter(server.address);
  const origin = `http://127.0.0.1:${server.port}`;
  return new WebSocket(`ws://127.0.0.1:${server.port}/api`, { origin, headers: { cookie } });
}

export const overSocket: Connect = async (host) => {
  const server = await startHost(host);
  const socket = await openSocket(server);
  const channel = await openSocketChannel(socket);
  return {
    client: new ApiClient(channel),
    post: (message) => channel.post(message),
    listen: (handler) => channel.listen(handler),
    drop: () => server.close(),
  };
};
