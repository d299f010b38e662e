/** Runs in the sandbox before the page does: hands it the API's port and the files that are dropped on it, nothing else. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { FileEntry } from '../shared/protocol/calls.js';
import type { Outcome } from '../shared/protocol/channel.js';
import {
  BRIDGE,
  CHANNELS,
  PORT_MESSAGE,
  type DesktopBridge,
  type ReceivedFile,
} from '../shared/protocol/desktop.js';

type PageFile = Parameters<typeof webUtils.getPathForFile>[0] & {
  readonly name: string;
  arrayBuffer(): Promise<ArrayBuffer>;
};

// All that is used of the page: the types of the DOM would hold for the whole main process.
declare const location: { readonly origin: string };
declare const window: {
  postMessage(message: unknown, origin: string, ports: readonly object[]): void;
};

const bridge: DesktopBridge = {
  connect: () => {
    const { port1, port2 } = new MessageChannel();
    // The types of Electron's and Node's ports are the same thing under two names.
    ipcRenderer.postMessage(CHANNELS.connect, null, [port1 as never]);
    // A port cannot pass the bridge.
    window.postMessage(PORT_MESSAGE, location.origin, [port2]);
  },
  receive: async (file) => {
    const told = await describe(file as PageFile);
    return (await ipcRenderer.invoke(CHANNELS.receive, told)) as Outcome<readonly FileEntry[]>;
  },
};

/** Files that the page made itself have no path: no page can name one. */
async function describe(file: PageFile): Promise<ReceivedFile> {
  const path = webUtils.getPathForFile(file);
  if (path !== '') return { path };
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

contextBridge.exposeInMainWorld(BRIDGE, bridge);
