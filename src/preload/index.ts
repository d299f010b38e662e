/** Runs in the page's sandbox: gives the page the API's port, and its dropped files to the host. */
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

// Declared here because the DOM types would apply to the whole main process.
declare const location: { readonly origin: string };
declare const window: {
  postMessage(message: unknown, origin: string, ports: readonly object[]): void;
};

const bridge: DesktopBridge = {
  connect: () => {
    const { port1, port2 } = new MessageChannel();
    // The port types of Electron and Node differ only by name.
    ipcRenderer.postMessage(CHANNELS.connect, null, [port1 as never]);
    // The context bridge cannot pass ports.
    window.postMessage(PORT_MESSAGE, location.origin, [port2]);
  },
  receive: async (file) => {
    const received = await describe(file as PageFile);
    return (await ipcRenderer.invoke(CHANNELS.receive, received)) as Outcome<readonly FileEntry[]>;
  },
};

/** Returns a file's path, or its content if the page created it: a page cannot choose a path. */
async function describe(file: PageFile): Promise<ReceivedFile> {
  const path = webUtils.getPathForFile(file);
  if (path !== '') return { path };
  return { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}

contextBridge.exposeInMainWorld(BRIDGE, bridge);
