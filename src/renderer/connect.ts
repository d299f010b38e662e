/** The browser host's connection: the API over a WebSocket, pixels and uploads over HTTP. */
import type { FileEntry } from '../shared/api/calls.js';
import { ApiClient } from '../shared/api/client.js';
import { pixelPath } from '../shared/api/pixels.js';
import { openSocketChannel } from '../shared/api/socket.js';
import { SOCKET_PATH, UPLOAD_TYPE, uploadPath, type UploadAnswer } from '../shared/api/transfer.js';
import { unwrap } from '../shared/channel.js';
import type { Api } from './api.js';

/** Rejects with `disconnected` where the host does not answer. */
export async function connectToHost(origin: URL): Promise<Api> {
  const address = new URL(SOCKET_PATH, origin);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const client = new ApiClient(await openSocketChannel(new WebSocket(address)));
  return {
    call: (signal, name, input) => client.call(name, input, { signal }),
    subscribe: (listener) => client.onEvent(listener),
    pixelUrl: (pixels) => `/${pixelPath(pixels)}`,
    receiveFiles: async (signal, files) => {
      const entries: FileEntry[] = [];
      // One after the other: the host takes one at a time.
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
