/**
 * Lets the user choose photos or a folder, in the system's dialog or in a list of the host's
 * folders.
 */
import type { AppInfo, FileEntry } from '../../shared/protocol/calls.js';
import type { Api } from '../host/api.js';

export type Choosable = 'photos' | 'folder';

export class FileChooser {
  readonly #api: Api;
  readonly #host: (signal: AbortSignal) => Promise<AppInfo>;
  /** Open list of folders and the receiver of its choice; `null` if none is open. */
  listed = $state.raw<{
    readonly what: Choosable;
    readonly choose: (chosen: readonly FileEntry[]) => void;
  } | null>(null);

  constructor(api: Api, host: (signal: AbortSignal) => Promise<AppInfo>) {
    this.#api = api;
    this.#host = host;
  }

  /** Resolves with an empty list if nothing was chosen; rejects if the host's dialog fails. */
  async choose(signal: AbortSignal, what: Choosable): Promise<readonly FileEntry[]> {
    const { chooser } = await this.#host(signal);
    if (chooser === 'folders') return this.#fromList(what);
    if (what === 'photos') return this.#api.call(signal, 'pickPhotos', {});
    const folder = await this.#api.call(signal, 'pickFolder', {});
    return folder === null ? [] : [folder];
  }

  #fromList(what: Choosable): Promise<readonly FileEntry[]> {
    this.listed?.choose([]);
    return new Promise((resolve) => {
      const choose = (chosen: readonly FileEntry[]): void => {
        this.listed = null;
        resolve(chosen);
      };
      this.listed = { what, choose };
    });
  }
}
