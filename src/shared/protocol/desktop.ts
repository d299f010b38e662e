/**
 * Interface between the preload and the page of a desktop window, and the preload's channels to the
 * main process. Imports no package, because a sandboxed preload must be a single file.
 */
import type { FileEntry } from './calls.js';
import type { Outcome } from './channel.js';

/** Name of the bridge in the page's window. */
export const BRIDGE = 'unsmearDesktop';

/** Message with which the preload posts the API's port to the page. */
export const PORT_MESSAGE = 'unsmear:port';

export const CHANNELS = { connect: 'unsmear:connect', receive: 'unsmear:receive' } as const;

export interface DesktopBridge {
  /** Posts a new port of the API to the page, with `PORT_MESSAGE`. */
  connect(): void;
  /** Admits a `File` of the page: in place, or a copy if it has no path (a pasted picture). */
  receive(file: object): Promise<Outcome<readonly FileEntry[]>>;
}

/** A file of the page, as the preload sends it to the main process. */
export type ReceivedFile =
  { readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };
