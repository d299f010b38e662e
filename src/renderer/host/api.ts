/** Calls, events and files of the host. Each transport (message port, WebSocket) implements it. */
import type { CallInput, CallName, CallResult, FileEntry } from '../../shared/protocol/calls.js';
import type { AppEvent } from '../../shared/protocol/events.js';
import type { PixelAddress } from '../../shared/protocol/pixels.js';
import type { DesktopBridge } from '../../shared/protocol/desktop.js';
import type { ReconnectingLink } from './reconnect.js';

export interface Api {
  /**
   * Rejects with an `UnsmearError`; aborting the signal cancels the call in the host and rejects
   * with `cancelled`.
   */
  call<Name extends CallName>(
    signal: AbortSignal,
    name: Name,
    input: CallInput<Name>,
  ): Promise<CallResult<Name>>;
  /** Subscribes to host events; the returned function unsubscribes. */
  subscribe(listener: (event: AppEvent) => void): () => void;
  /** State of a connection that can break; absent if it lives as long as the window. */
  readonly link?: Pick<ReconnectingLink, 'watch' | 'retryNow'>;
  /** Returns the URL to fetch pixels from. */
  pixelUrl(address: PixelAddress): string;
  /** Registers dropped or pasted files: in place (Electron) or by upload (browser). */
  receiveFiles(signal: AbortSignal, files: readonly File[]): Promise<readonly FileEntry[]>;
}

declare global {
  interface Window {
    /** Set by the preload of a desktop window before the editor's script runs. */
    readonly unsmearDesktop?: DesktopBridge;
  }
}
