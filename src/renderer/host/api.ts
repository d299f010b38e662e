/** What the editor needs from its host. The transport (a message port, a web socket) implements it and is injected. */
import type { CallInput, CallName, CallResult, FileEntry } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';
import type { DesktopBridge } from '../../shared/protocol/desktop.js';
import type { ReconnectingLink } from './reconnect.js';

export interface Api {
  /** Rejects with an `UnsmearError`; an aborted signal is told to the host, and rejects with `cancelled`. */
  call<Name extends CallName>(
    signal: AbortSignal,
    name: Name,
    input: CallInput<Name>,
  ): Promise<CallResult<Name>>;
  /** Listens to what the host tells by itself; returns how to stop. */
  subscribe(listener: (event: AppEvent) => void): () => void;
  /** Of a connection that can break and come back; none: it lives as long as the window. */
  readonly link?: Pick<ReconnectingLink, 'watch' | 'retryNow'>;
  /** Where pixels are fetched from. */
  pixelUrl(address: PixelAddress): string;
  /** Takes in files that were dropped or pasted: read in place (Electron) or uploaded (browser). */
  receiveFiles(signal: AbortSignal, files: readonly File[]): Promise<readonly FileEntry[]>;
}

declare global {
  interface Window {
    /** Of a desktop window, made by its preload before the editor's script runs. */
    readonly unsmearDesktop?: DesktopBridge;
  }
}
