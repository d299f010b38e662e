/** Connection of a desktop window: calls over the preload's message port, files read in place. */
import type { FileEntry } from '../../shared/protocol/calls.js';
import { ApiClient } from '../../shared/protocol/client.js';
import { pixelPath } from '../../shared/protocol/pixels.js';
import { portChannel } from '../../shared/protocol/port.js';
import { unwrap } from '../../shared/protocol/channel.js';
import { PORT_MESSAGE, type DesktopBridge } from '../../shared/protocol/desktop.js';
import type { Api } from './api.js';

export async function connectToDesktop(bridge: DesktopBridge): Promise<Api> {
  const port = nextPort();
  bridge.connect();
  const client = new ApiClient(portChannel(await port));
  return {
    call: (signal, name, input) => client.call(name, input, { signal }),
    subscribe: (listener) => client.onEvent(listener),
    pixelUrl: (pixels) => `/${pixelPath(pixels)}`,
    receiveFiles: async (signal, files) => {
      const entries: FileEntry[] = [];
      for (const file of files) {
        signal.throwIfAborted();
        entries.push(...unwrap(await bridge.receive(file)));
      }
      return entries;
    },
  };
}

/**
 * Resolves with the port that this window's preload posts; messages of other sources are ignored.
 */
function nextPort(): Promise<MessagePort> {
  return new Promise((resolve) => {
    const listen = ({ source, data, ports }: MessageEvent): void => {
      const [port] = ports;
      if (source !== window || data !== PORT_MESSAGE || port === undefined) return;
      window.removeEventListener('message', listen);
      resolve(port);
    };
    window.addEventListener('message', listen);
  });
}
