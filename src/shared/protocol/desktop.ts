/** What the preload gives to the page of a desktop window, and its channels to the main process. Without packages: a sandboxed preload is one file. */
import type { FileEntry } from './calls.js';
import type { Outcome } from './channel.js';

/** Name of the bridge in the page's window. */
export const BRIDGE = 'unsmearDesktop';

/** What the preload posts to its own page together with the API's port. */
export const PORT_MESSAGE = 'unsmear:port';

export const CHANNELS = { connect: 'unsmear:connect', receive: 'unsmear:receive' } as const;

export interface DesktopBridge {
  /** Has the API's port posted to the page, as `PORT_MESSAGE`. */
  connect(): void;
  /** Takes in a `File` of the page: in place, or as a copy where it is none of the system's (a pasted picture). */
  receive(file: object): Promise<Outcome<readonly FileEntry[]>>;
}

/** A file of the page, as the preload tells it. */
export type ReceivedFile =
  { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };
