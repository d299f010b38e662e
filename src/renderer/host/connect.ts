/** Connection of the browser host: calls over a WebSocket, pixels and uploads over HTTP. */
import type { FileEntry } from '../../shared/protocol/calls.js';
import { ApiClient } from '../../shared/protocol/client.js';
import { pixelPath } from '../../shared/protocol/pixels.js';
import { openSocketChannel } from '../../shared/protocol/socket.js';
import {
  SOCKET_PATH,
  UPLOAD_TYPE,
  uploadPath,
  type UploadAnswer,
} from '../../shared/protocol/transfer.js';
import { unwrap } from '../../shared/protocol/channel.js';
import type { Api } from './api.js';
import { ReconnectingLink } from './reconnect.js';

/** Connects, and reconnects whenever the connection breaks. */
export function connectToHost(origin: URL): Api {
  const address = new URL(SOCKET_PATH, origin);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const link = new ReconnectingLink(
    async () => new ApiClient(await openSocketChannel(new WebSocket(address))),
  );
  // Retries at once when the network returns or the laptop wakes up.
  addEventListener('online', () => link.retryNow());
  addEventListener('focus', () => link.retryNow());
  return {
    call: (signal, name, input) => link.call(signal, name, input),
    subscribe: (listener) => link.subscribe(listener),
    link,
    pixelUrl: (pixels) => `/${pixelPath(pixels)}`,
    receiveFiles: async (signal, files) => {
      const entries: FileEntry[] = [];
      // The host accepts one upload at a time.
      for (const file of files) entries.push(await upload(signal, file));
      return entries;
    },
  };
}

async function upload(signal: AbortSignal, file: File): Promise<FileEntry> {
  const headers = { 'content-type': UPLOAD_TYPE };
  const request = { method: 'POST', body: file, headers, signal };
  const response = await fetch(`/${uploadPath(file.name)}`, request);
  return unwrap((await response.json()) as UploadAnswer);
}
